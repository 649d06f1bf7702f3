import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import { prettyFactory } from "pino-pretty";
import type { Settings } from "./config/arranged-settings.ts";
import { redactData, redactFormats } from "./core/redact.ts";
import { describeError } from "./error-description.ts";
import { logDestination } from "./log-destination.ts";

/** Longer texts are some program's output; a log of them fills disks and hides what is looked for. */
const longestText = 16_000;

type LogSettings = Pick<Settings["service"], "logLevel" | "logFormat">;
type Destination = DestinationStream & { readonly isTTY?: boolean | undefined };

/**
 * The service's log. Every line is redacted as a whole just before it is written, so no child logger, serializer or library
 * gets round it. Give it the `redact` of a redactor that knows the secrets in use; without one only formats are hidden.
 */
export function createLog(
  { logLevel, logFormat }: LogSettings,
  redact: (text: string) => string = redactFormats,
  destination: Destination = logDestination(),
): Logger {
  const isPretty = logFormat === "pretty" || (logFormat === "auto" && destination.isTTY === true);
  return pino(
    {
      level: logLevel,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError, cause: describeError },
      hooks: { streamWrite: (line) => redactLine(line, redact) },
    },
    isPretty ? prettyTo(destination) : destination,
  );
}

/** Formats in this process and at once: what a worker or a stream still held would be lost with a crash. */
function prettyTo(destination: Destination): DestinationStream {
  const format = prettyFactory({
    colorize: destination.isTTY === true,
    ignore: "pid,hostname",
    translateTime: "SYS:HH:MM:ss",
  });
  return { write: (line) => destination.write(format(line)) };
}

/** Works on the data and not on the text, where a cut in the wrong place would break the JSON. */
function redactLine(line: string, redact: (text: string) => string): string {
  return `${JSON.stringify(redactData(JSON.parse(line), (text) => shortened(redact(text))))}\n`;
}

/** After redacting, or half a secret at the cut would not be known for one. */
function shortened(text: string): string {
  return text.length <= longestText
    ? text
    : `${text.slice(0, longestText)}… (${text.length - longestText} more characters)`;
}
