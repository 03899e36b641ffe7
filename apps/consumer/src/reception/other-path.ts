import type { IncomingMessage } from 'node:http';
import type { Refusal } from '@relay/runtime';

/** A WebSocket besides the relay's, whose clients speak JSON text frames without a sub-protocol. */
export interface OtherPath {
  readonly path: string;
  /** The largest frame of a client. */
  readonly maxFrameBytes: number;
  /** Judges a request to become a WebSocket here, which `Admission` has let pass as any request. */
  refusalOfUpgrade(request: IncomingMessage): Refusal | undefined;
  /** Somebody may come in; why not now, if so. */
  knock(address: string, now: number): Refusal | undefined;
  /** Somebody comes in; whoever calls what comes back says that it has left. */
  enter(address: string): () => void;
  /**
   * The event and data of a frame, as the gateway's handlers know it.
   *
   * @throws InvalidFrameError when it is none; the connection is closed.
   */
  read(bytes: Buffer, isBinary: boolean): { readonly event: string; readonly data: unknown };
}
