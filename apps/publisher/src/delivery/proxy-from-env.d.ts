declare module 'proxy-from-env' {
  /** The proxy that `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name for a URL; empty without one. */
  export function getProxyForUrl(url: string): string;
}
