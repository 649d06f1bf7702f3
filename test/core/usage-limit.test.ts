import { describe, expect, it } from "vitest";
import { usageLimitEndsMs } from "../../src/core/usage-limit.ts";

/** A Sunday in winter. */
const nowMs = Date.UTC(2027, 0, 31, 12, 30);
const marginMs = 60_000;
const at = (...date: [number, number, number, number, number]) => Date.UTC(...date) + marginMs;

describe("the end of a usage limit", () => {
  it.each<[string, number]>([
    [`Claude AI usage limit reached|${Date.UTC(2027, 0, 31, 15) / 1_000}`, at(2027, 0, 31, 15, 0)],
    ["Claude usage limit reached. Your limit will reset at 3pm (UTC).", at(2027, 0, 31, 15, 0)],
    ["You've hit your session limit · resets 3:45pm (Europe/Berlin)", at(2027, 0, 31, 14, 45)],
    ["5-hour limit reached ∙ resets 10am (America/New_York)", at(2027, 0, 31, 15, 0)],
    ["You've hit your limit · resets 1am (UTC)", at(2027, 1, 1, 1, 0)],
    ["You've hit your session limit · resets 12am (UTC)", at(2027, 1, 1, 0, 0)],
    ["Weekly limit reached · resets Feb 3 at 5pm (UTC)", at(2027, 1, 3, 17, 0)],
    ["You've hit your weekly limit · resets Feb 3, 9am (Asia/Tokyo)", at(2027, 1, 3, 0, 0)],
    ["Usage limit reached. Try again after 2027-01-31T18:00:00Z.", at(2027, 0, 31, 18, 0)],
  ])("%s", (text, wantedMs) => {
    expect(usageLimitEndsMs(text, nowMs)).toBe(wantedMs);
  });

  it.each([
    "Usage limit reached",
    "Usage limit reached|1000000000",
    "Your usage limit will reset at 3pm in Narnia (Narnia/Lamp)",
  ])("without a time that can be: %s", (text) => {
    const ms = usageLimitEndsMs(text, nowMs) ?? 0;
    expect(ms).toBeGreaterThan(nowMs);
    expect(ms).toBeLessThanOrEqual(nowMs + 25 * 3_600_000);
  });

  it("never lies further away than a week's limit can", () => {
    expect(usageLimitEndsMs("usage limit reached|1999999999", nowMs)).toBe(nowMs + 3_600_000);
  });

  it.each([
    "This request would exceed your rate limit.",
    "This request would exceed your organization's rate limit of 80,000 input tokens per minute.",
    "API Error: 429 Too many requests",
    "Overloaded",
    "Credit balance is too low",
    "",
  ])("is none: %s", (text) => {
    expect(usageLimitEndsMs(text, nowMs)).toBeUndefined();
  });
});
