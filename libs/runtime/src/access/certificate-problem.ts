/** Whether the code of an error says that the certificate of the other side is not trusted, or is another's. */
export function isCertificateProblem(code: string): boolean {
  return /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT)/.test(code);
}
