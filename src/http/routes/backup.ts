import { existsSync, mkdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ZhianError } from "../../errors.ts";
import type { Api } from "../api.ts";
import { ADMINS } from "../auth.ts";
import type { HttpParts } from "../parts.ts";

const bodySchema = z.strictObject({
  file: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "must be a file name without folders")
    .meta({ description: "Name of the copy in the hub's backups folder; an existing one is never replaced" }),
});
const answerSchema = z.object({ file: z.string(), bytes: z.number() });

/** A copy of the database while the hub runs, in the hub's own folder: no path comes from outside. */
export function backupRoutes(app: Api, { store, backupsDir }: HttpParts): void {
  app.route({
    method: "POST",
    url: "/backup",
    config: { access: ADMINS },
    schema: {
      operationId: "backUp",
      summary: "Copy the database while it is in use; the copy is checked before it counts",
      tags: ["operations"],
      body: bodySchema,
      response: { 201: answerSchema },
    },
    handler: async (request, reply) => {
      mkdirSync(backupsDir, { recursive: true, mode: 0o700 });
      const file = join(backupsDir, request.body.file);
      if (existsSync(file)) {
        const reason = "there is a backup of that name; choose another";
        throw new ZhianError("CONFLICT", `${request.body.file} exists`, {
          faults: [{ field: "file", reason }],
        });
      }
      await store.backup(file);
      const { size } = await stat(file);
      return reply.code(201).send({ file, bytes: size });
    },
  });
}
