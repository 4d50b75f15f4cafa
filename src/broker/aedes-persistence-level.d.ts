/** The package has no types of its own; these are the methods Aedes 1.2 calls and we touch. */
declare module "aedes-persistence-level/asyncPersistence.js" {
  import type { Readable } from "node:stream";
  import type { ClassicLevel } from "classic-level";

  interface Subscription {
    readonly topic: string;
    readonly qos: number;
    readonly clientId?: string;
  }
  interface SessionClient {
    readonly id: string;
  }
  interface Acknowledged {
    readonly brokerId: string;
    readonly brokerCounter: number;
  }

  export default class AsyncLevelPersistence {
    constructor(db: ClassicLevel);
    setup(broker: object): Promise<void>;
    addSubscriptions(client: SessionClient, subscriptions: readonly Subscription[]): Promise<void>;
    subscriptionsByTopic(topic: string): Promise<readonly Subscription[]>;
    outgoingEnqueueCombi(
      subscriptions: readonly { readonly clientId: string }[],
      packet: object,
    ): Promise<unknown>;
    createRetainedStreamCombi(filters: readonly string[]): Readable;
    storeRetained(packet: object): Promise<void>;
    putWill(client: SessionClient, packet: object): Promise<void>;
    delWill(client: SessionClient): Promise<unknown>;
    streamWill(brokers?: object): Readable;
    destroy(): Promise<void>;
  }
}
