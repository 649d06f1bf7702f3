/** What a check's log shows when something other than the change made it fail: the network, the machine, another service. */
const signs: readonly RegExp[] = [
  /\b(?:ECONNRESET|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|EPIPE)\b/,
  /\bsocket hang up\b/i,
  /\b(?:connection|request|operation|read|dial|handshake)\b.{0,40}\btimed out\b/i,
  /\b(?:could not|couldn't|cannot|can't|failed to) resolve (?:host|proxy)/i,
  /\bTemporary failure in name resolution\b/i,
  /\bconnection (?:was )?(?:reset|refused|closed) by (?:peer|remote|the server)/i,
  /\b(?:HTTP|status(?: code)?|error:?|returned)\D{0,12}(?:429|502|503|504)\b/i,
  /\bToo Many Requests\b/i,
  /\b(?:Bad Gateway|Service Unavailable|Gateway Time-?out)\b/i,
  /\bNo space left on device\b/i,
  /\bThe runner has received a shutdown signal\b/i,
  /\bThe hosted runner (?:lost communication|encountered an error)/i,
  /\blost communication with the server\b/i,
  /\bhas exceeded the maximum execution time\b/i,
  /\bThe job was not started because\b/i,
  /\bUnable to download actions?\b|\bFailed to download action\b/i,
];

/** Whether a failed check may well pass when it runs once more. Of two mistakes, taking a real failure for chance costs one run. */
export function looksFlaky(log: string): boolean {
  return signs.some((sign) => sign.test(log));
}
