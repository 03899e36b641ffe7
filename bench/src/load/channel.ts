/** Where all messages of the benchmark are published: the channel that the apps have by default. */
export const CHANNEL = 'test_websocket';
