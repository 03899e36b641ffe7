declare module 'bufferutil' {
  const bufferutil: {
    /** Writes `length` bytes of `source` to `output`, from `offset` on, each masked. */
    mask(
      source: Uint8Array,
      mask: Uint8Array,
      output: Uint8Array,
      offset: number,
      length: number,
    ): void;
  };
  export default bufferutil;
}
