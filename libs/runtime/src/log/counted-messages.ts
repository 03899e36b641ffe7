/** `1 message`, `2 messages`. */
export function countedMessages(count: number): string {
  return `${count} ${count === 1 ? 'message' : 'messages'}`;
}
