/** Reads when an agent's account may be used again off the words with which its program says that it may not now. */

/** A limit without a time, or with one that makes no sense, is tried again after this long. */
const unstatedMs = 60 * 60_000;
/** Clocks differ, and nobody wants to be a second too early. */
const marginMs = 60_000;
const longestMs = 8 * 24 * 60 * 60_000;

/** @returns undefined when the words are of something else, such as too many requests in a minute. */
export function usageLimitEndsMs(text: string, nowMs: number): number | undefined {
  if (!isUsageLimit(text)) return undefined;
  const statedMs = epoch(text) ?? isoTime(text) ?? wallTime(text, nowMs);
  if (statedMs === undefined || statedMs <= nowMs || statedMs > nowMs + longestMs) return nowMs + unstatedMs;
  return statedMs + marginMs;
}

function isUsageLimit(text: string): boolean {
  if (/rate.limit/i.test(text) && !/usage limit/i.test(text)) return false;
  return /usage limit|\blimit (?:reached|will reset)|(?:hit|reached|used up) your .{0,30}limit|limit\b.{0,20}\bresets?\b/i.test(
    text,
  );
}

/** `Claude AI usage limit reached|1760000000`, as older versions write it. */
function epoch(text: string): number | undefined {
  const found = /\|(\d{10})(\d{3})?\b/.exec(text);
  return found === null ? undefined : Number(found[1]) * 1_000;
}

function isoTime(text: string): number | undefined {
  const found = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)/.exec(text);
  const ms = found === null ? Number.NaN : Date.parse(found[0]);
  return Number.isNaN(ms) ? undefined : ms;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const wallPattern =
  /resets?(?: at| on)?:?\s+(?:(?<month>[a-z]{3})[a-z]*\.?\s+(?<day>\d{1,2})(?:,| at)*\s+)?(?<hour>\d{1,2})(?::(?<minute>\d\d))?\s*(?<half>am|pm)?(?:\s*\((?<zone>[A-Za-z0-9_+/-]{1,40})\))?/i;

/** `resets 3:45pm (Europe/Berlin)`, `will reset at 3pm`, `resets Oct 9 at 5pm`: the next such time of that zone. */
function wallTime(text: string, nowMs: number): number | undefined {
  const { month, day, hour = "", minute = "0", half, zone } = wallPattern.exec(text)?.groups ?? {};
  if (hour === "" || (half === undefined && !/\d:\d\d/.test(text))) return undefined;
  const hours = (Number(hour) % (half === undefined ? 24 : 12)) + (half?.toLowerCase() === "pm" ? 12 : 0);
  const now = new Date(nowMs + offsetMs(nowMs, zone));
  const at = (addedYears: number, addedDays: number) => {
    const date =
      month === undefined
        ? ([now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + addedDays] as const)
        : ([now.getUTCFullYear() + addedYears, months.indexOf(month.toLowerCase()), Number(day)] as const);
    const wallMs = Date.UTC(...date, hours, Number(minute));
    return wallMs - offsetMs(wallMs - offsetMs(nowMs, zone), zone);
  };
  return [at(0, 0), at(0, 1), at(1, 1)].find((ms) => ms > nowMs);
}

/** How far a zone's clocks are ahead of UTC; the machine's own where none, or no known one, is named. */
function offsetMs(atMs: number, zone: string | undefined): number {
  const clock = clockOf(zone);
  const parts = new Map(clock.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const wallMs = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour") % 24, part("minute"));
  return wallMs - Math.floor(atMs / 60_000) * 60_000;
}

function clockOf(zone: string | undefined): Intl.DateTimeFormat {
  const parts = {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    hour12: false,
  } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { ...parts, timeZone: zone });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return new Intl.DateTimeFormat("en-US", parts);
  }
}
