import { ZhianError } from "../errors.ts";
import type {
  CaseImportRequest,
  Clock,
  Importer,
  ImportOutcome,
  ImportRequest,
  RegistryImportRequest,
  Store,
} from "../ports.ts";
import { everyPage } from "../runtime/every-page.ts";
import { parseCases } from "./cases.ts";
import { createEstateFinder } from "./estate-finder.ts";
import type { ImportLimits } from "./limits.ts";
import { readTypeMapping } from "./mapping-file.ts";
import { type OnFile, placeKey, refuseDuplicates, resolve } from "./references.ts";
import { parseRegistryCsv } from "./registry-csv.ts";
import type { ParsedRegistry } from "./registry-file.ts";
import { parseRegistryYaml } from "./registry-yaml.ts";

/** What the importer needs of the hub. */
export interface ImporterParts {
  readonly store: Pick<Store, "estates" | "places" | "gateways" | "importCases" | "importRegistry">;
  readonly clock: Clock;
  /** Zone of imported estates that name none. */
  readonly zone: string;
  /** Ids of the profiles that a gateway's binding may name. */
  readonly bindableProfiles: ReadonlySet<string>;
  readonly limits?: ImportLimits;
}

/** Makes the importer that API and command line share. */
export function createImporter(parts: ImporterParts): Importer {
  const { store, clock, zone, bindableProfiles, limits } = parts;
  const bounds = limits === undefined ? {} : { limits };
  return {
    async importCases(bytes, request) {
      const mapping = readTypeMapping(request.mapping);
      const estate = createEstateFinder(await everyPage((page) => store.estates(page), request.scope));
      const { cases, ...found } = await parseCases(bytes, {
        ...bounds,
        ...caseOptions(request),
        estate,
        mapping,
        now: clock.now(),
      });
      const accepted = cases.length;
      // A refused row, or a file that could not be read at all.
      const stored = mayStore(request, found.refused.length > 0, accepted);
      const counts = stored ? await store.importCases(cases.map(({ value }) => value)) : NOTHING;
      return { ...found, ...counts, accepted, stored };
    },

    async importRegistry(bytes, request) {
      if (request.scope !== undefined) {
        throw new ZhianError("FORBIDDEN", "only those who may see every estate may import a registry");
      }
      const parsed = await parseRegistry(bytes, request, zone, bounds);
      const { faults } = parsed;
      refuseDuplicates(parsed.records, faults);
      const good = resolve(parsed.records, await onFile(parsed), faults);
      const accepted = good.length;
      const stored = mayStore(request, faults.rows() > 0, accepted);
      const counts = stored ? await store.importRegistry(good.map(({ record }) => record)) : NOTHING;
      const { rows, encoding, ignoredColumns } = parsed;
      return {
        ...counts,
        stored,
        rows,
        accepted,
        encoding,
        ignoredColumns,
        refused: faults.list(),
        refusedRows: Math.min(rows, faults.rows()),
      } satisfies ImportOutcome;
    },
  };

  async function onFile({ records }: ParsedRegistry): Promise<OnFile> {
    const estates = new Set((await everyPage((page) => store.estates(page), undefined)).map(({ id }) => id));
    const gateways = new Set(
      (await everyPage((page) => store.gateways(page), undefined)).map(({ id }) => id),
    );
    const places = new Set<string>();
    const wanted = records.flatMap(({ record }) =>
      (record.kind === "place" || record.kind === "device") && estates.has(record.value.estateId)
        ? [record.value.estateId]
        : [],
    );
    for (const estateId of new Set(wanted)) {
      for (const { id } of await store.places(estateId)) places.add(placeKey(estateId, id));
    }
    return { estates, gateways, places, profiles: bindableProfiles };
  }
}

const NOTHING = { inserted: 0, updated: 0, unchanged: 0 } as const;

function mayStore({ dryRun, skipRefused }: ImportRequest, anyRefused: boolean, accepted: number): boolean {
  if (dryRun === true || accepted === 0) return false;
  return !anyRefused || skipRefused === true;
}

function caseOptions({ unit, estateId, source, encoding, simulated }: CaseImportRequest) {
  return {
    ...(unit !== undefined && { unit }),
    ...(estateId !== undefined && { estateId }),
    ...(source !== undefined && { source }),
    ...(encoding !== undefined && { encoding }),
    ...(simulated !== undefined && { simulated }),
  };
}

async function parseRegistry(
  bytes: Uint8Array,
  { format, kind, encoding, simulated = false }: RegistryImportRequest,
  zone: string,
  bounds: { readonly limits?: ImportLimits },
): Promise<ParsedRegistry> {
  const options = { ...bounds, ...(encoding !== undefined && { encoding }), defaults: { zone, simulated } };
  if (format === "yaml") return parseRegistryYaml(bytes, options);
  if (kind !== undefined) return parseRegistryCsv(bytes, kind, options);
  throw new ZhianError("VALIDATION", "a CSV file needs the kind of its rows", {
    faults: [{ field: "kind", reason: "is missing: estate, place, gateway or device" }],
  });
}
