import type { ConsumerFrame, Deliver, PublisherFrame } from '@relay/contracts';

/** What travels between publisher and consumer: the frames of the protocol and those of WebSocket and TCP. */
export type DeliveryFrame =
  | PublisherFrame
  | ConsumerFrame
  | { readonly event: 'deliver'; readonly data: Deliver }
  | { readonly event: 'open' | 'accepted' | 'ping' | 'pong' };

/** What travels between publisher and Redis. */
export type RedisFrame =
  | { readonly event: 'open' }
  | { readonly event: 'accepted'; readonly process: number }
  | { readonly event: 'subscribe' | 'subscribed' | 'refused'; readonly channel: string }
  | { readonly event: 'unsubscribe' | 'unsubscribed' | 'ping' | 'pong' }
  | { readonly event: 'message'; readonly message: PublishedMessage };

export interface PublishedMessage {
  /** Counts what was published, from 0. */
  readonly number: number;
  readonly channel: string;
  /** No other message has these bytes. */
  readonly payload: Uint8Array;
  /** When Redis took it. */
  readonly at: number;
}

/** Nobody who gets a frame may change it: in reality each has a copy. */
export function frozen<F extends DeliveryFrame>(frame: F): F {
  if ('data' in frame) {
    Object.freeze(frame.data);
    if (frame.event === 'deliver') {
      Object.freeze(frame.data.entries);
      for (const entry of frame.data.entries) Object.freeze(entry);
    }
  }
  return Object.freeze(frame);
}
