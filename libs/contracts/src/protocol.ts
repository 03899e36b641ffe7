/** The WebSocket sub-protocol that a publisher speaks. */
export const SUB_PROTOCOL = 'relay.v1';

/** The path of the consumer's gateway. */
export const RELAY_PATH = '/relay';
