import {
  encodeControl,
  encodeDeliver,
  type Entry,
  type Hello,
  type MessageEntry,
} from '@relay/contracts';
import type { HeldPeers } from './held.js';
import { Peer, type PeerOrigin } from './peer.js';
import type { Random } from './random.js';
import { Opcode, writeFrame } from './wire.js';

/** A way to be a nuisance. */
export interface Strategy {
  readonly name: string;
  /** How often it comes up, beside the others. */
  readonly weight: number;
  attack(attack: Attack): Promise<void>;
}

export function strategy(name: string, weight: number, attack: Strategy['attack']): Strategy {
  return { name, weight, attack };
}

/** The publisher beside the attacker, as far as an attacker may have found out. */
export interface Victim {
  readonly publisher: string;
  readonly process: string;
  readonly outbox: string;
}

/** Loopback has 16 million addresses; none of the attacker's is the honest publisher's. */
function someAddress(random: Random): string {
  return `127.${random.between(1, 250)}.${random.between(0, 255)}.${random.between(2, 250)}`;
}

/** One round of one strategy: its chance, its connections. */
export class Attack {
  readonly #peers = new Set<Peer>();

  constructor(
    readonly random: Random,
    readonly victim: Victim,
    private readonly port: number,
    private readonly held: HeldPeers,
    private readonly origin: PeerOrigin,
  ) {}

  /** A TCP connection. */
  async connect(): Promise<Peer> {
    const peer = await Peer.connect(this.port, someAddress(this.random), this.origin);
    this.#peers.add(peer);
    return peer;
  }

  /** A WebSocket; with '' as its protocol for bare messages. */
  async open(protocol?: string): Promise<Peer> {
    const peer = await this.connect();
    await peer.upgrade(protocol);
    return peer;
  }

  /** A publisher that has its welcome. */
  async greet(hello: Partial<Hello> = {}): Promise<Peer> {
    const peer = await this.open();
    await this.sayHello(peer, hello);
    return peer;
  }

  async sayHello(peer: Peer, changes: Partial<Hello> = {}): Promise<void> {
    peer.writeText(encodeControl({ event: 'hello', data: this.hello(changes) }));
    await peer.next('welcome');
    peer.state = 'greeted';
  }

  /** A publisher whose first entry, `0-1`, is acknowledged. */
  async deliver(hello: Partial<Hello> = {}): Promise<Peer> {
    const peer = await this.greet(hello);
    peer.write(deliverFrame('0-0', [this.message('0-1')]));
    await peer.next('ack');
    peer.state = 'delivering';
    return peer;
  }

  /** A connection that has come so far: mostly far. */
  somewhere(): Promise<Peer> {
    const dice = this.random.next();
    if (dice < 0.08) return this.open('');
    if (dice < 0.16) return this.open();
    return dice < 0.4 ? this.greet() : this.deliver();
  }

  /** A hello of somebody who was never here. */
  hello(changes: Partial<Hello> = {}): Hello {
    return {
      publisher: this.name('publisher'),
      process: this.name('process'),
      connection: 1,
      outbox: { id: this.name('outbox'), oldest: '0-1', next: '0-1000000' },
      ...changes,
    };
  }

  name(kind: string): string {
    return `${kind}-${this.random.bytes(8).toString('hex')}`;
  }

  message(
    offset: string,
    payload: Uint8Array = this.random.bytes(this.random.below(40)),
  ): MessageEntry {
    return { kind: 'message', offset, channel: 'fuzz', payload, receivedAt: 1_790_000_000_000 };
  }

  messages(from: number, count: number): MessageEntry[] {
    return Array.from({ length: count }, (_, index) => this.message(`0-${from + index}`));
  }

  /** Leaves the connection standing when the attack is over: it says a byte of `rest` now and then. */
  hold(peer: Peer, rest: Uint8Array): void {
    this.#peers.delete(peer);
    this.held.hold(peer, rest);
  }

  /** Ends its connections, but for those that are held. */
  end(): void {
    for (const peer of this.#peers) peer.destroy();
  }
}

/** A `deliver` as it travels. */
export function deliverFrame(after: string, entries: readonly Entry[]): Buffer {
  return writeFrame(Opcode.binary, encodeDeliver({ after, entries }));
}

/** A text frame with JSON in it. */
export function jsonFrame(value: unknown): Buffer {
  return textFrame(JSON.stringify(value));
}

export function textFrame(text: string | Uint8Array): Buffer {
  return writeFrame(Opcode.text, text);
}

export function binaryFrame(bytes: Uint8Array): Buffer {
  return writeFrame(Opcode.binary, bytes);
}
