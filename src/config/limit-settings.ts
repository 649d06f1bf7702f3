import { dollars, oneOf, wholeNumber } from "./kinds.ts";
import { optional, preset } from "./setting.ts";

/** How much, how often, how long. */
export const limitSettings = {
  MAX_SESSIONS: preset(wholeNumber(1, 100), "3", {
    about: "How many sessions run at once on this machine. One of Claude Code takes about 250 MB of memory.",
    example: "5",
  }),
  MAX_SESSIONS_PER_REPOSITORY: optional(wholeNumber(1, 100), {
    about: "How many sessions run at once for one repository.",
    example: "2",
    otherwise: "MAX_SESSIONS",
  }),
  MAX_RUN_MINUTES: preset(wholeNumber(1, 10_080), "120", {
    about: "How long one run may take before it is stopped. Its work is saved.",
    example: "60",
  }),
  MAX_RUN_TURNS: preset(wholeNumber(1, 100_000), "1000", {
    about:
      "How many answers of the model one run may take. Then the agent is interrupted, and a person may let it go on.",
    example: "300",
  }),
  MAX_RUN_TOKENS: optional(wholeNumber(1_000, 100_000_000_000), {
    about:
      "How many tokens one run may use, those read from the provider's cache among them; beyond, it is interrupted.",
    example: "20000000",
    otherwise: "no limit",
  }),
  MAX_RUN_USD: preset(dollars(0.01, 100_000), "20", {
    about:
      "What one run may cost, in US dollars as the agent counts them. People are told at 80 %; at 100 % the agent is interrupted, and a person may allow more. It counts only where the agent tells its cost.",
    example: "5",
  }),
  MAX_TASK_USD: preset(dollars(0.01, 100_000), "60", {
    about: "What one task may cost over all its runs, in the same way.",
    example: "15.50",
  }),
  MAX_DAY_USD: optional(dollars(0.01, 1_000_000), {
    about:
      "What all tasks together may cost in a day of UTC. Beyond, agents are interrupted and nothing more is begun until the next day.",
    example: "100",
    otherwise: "no limit",
  }),
  WAIT_KEEPS_SLOT_MINUTES: preset(wholeNumber(0, 10_080), "10", {
    about:
      "How long a task that waits for a person keeps its slot. After that the next one in the queue may start; the session stays, and goes on at once when it is answered.",
    example: "0",
  }),
  NO_PROGRESS_MINUTES: preset(wholeNumber(0, 10_080), "20", {
    about:
      "How long an agent at work may do nothing that it had not done before, and change nothing, before it is told so; the third time the run is given up. 0 for never.",
    example: "45",
  }),
  MAX_STOP_REMINDERS: preset(wholeNumber(0, 8), "3", {
    about: "How often an agent that stops without having committed and submitted is told what is missing.",
    example: "2",
  }),
  MAX_VERIFY_ROUNDS: preset(wholeNumber(0, 20), "3", {
    about: "How often a failure of the repository's `verify` commands goes back to the agent.",
    example: "5",
  }),
  MAX_RESTARTS: preset(wholeNumber(0, 20), "3", {
    about: "How often an agent that died is started again with its conversation.",
    example: "1",
  }),
  KEEP_IDLE_SESSION_MINUTES: preset(wholeNumber(0, 10_080), "60", {
    about: "How long a session stays open for people to look at after its work is delivered or given up.",
    example: "240",
  }),
  STATUS_EVERY_SECONDS: preset(wholeNumber(1, 3_600), "10", {
    about: "The least time between two edits of one status comment. GitHub allows about 500 writes an hour.",
    example: "30",
  }),
  UNANSWERED: preset(oneOf("keep-waiting", "deny", "stop"), "keep-waiting", {
    about: "What becomes of a question or permission that nobody answers: wait on, refuse it, or stop the run.",
    example: "deny",
  }),
  UNANSWERED_MINUTES: preset(wholeNumber(1, 10_080), "1440", {
    about: "After how long a question or permission counts as unanswered.",
    example: "60",
  }),
  REVIEWS: preset(oneOf("mentions", "all"), "mentions", {
    about:
      "Which reviews by those who may begin a round, besides those that request changes: comments that mention the App, or all comments. Approvals never do.",
    example: "all",
  }),
  MAX_REVIEW_ROUNDS: preset(wholeNumber(0, 100), "5", {
    about: "How often reviews of one pull request go to the agent; then it says so and waits for a person.",
    example: "3",
  }),
  CHECKS_SETTLE_SECONDS: preset(wholeNumber(0, 3_600), "60", {
    about: "How long after the last check of a pull request ended it is taken to be the last one.",
    example: "120",
  }),
  MAX_CHECK_ROUNDS: preset(wholeNumber(0, 100), "3", {
    about: "How often failed checks of one pull request go to the agent; then it says so and waits for a person.",
    example: "1",
  }),
  MAX_BASE_ROUNDS: preset(wholeNumber(0, 100), "2", {
    about: "How often the agent is to resolve conflicts of one pull request with its base; then a person has to.",
    example: "1",
  }),
  MAX_OPEN_PULLS: preset(wholeNumber(1, 1_000), "5", {
    about:
      "How many pull requests of Coppice may wait for review in one repository, work under way included. The rest queues.",
    example: "3",
  }),
  MIN_FREE_DISK_MB: preset(wholeNumber(0, 100_000_000), "1024", {
    about: "What the disk with COPPICE_HOME is to have left: below that, no session is begun. 0 is no limit.",
    example: "10240",
  }),
  KEEP_SAVED_DAYS: preset(wholeNumber(1, 36_500), "90", {
    about:
      "How long work that was saved before its workspace went can be brought back by `coppice restore`. Work of a workspace that is still there is kept anyway.",
    example: "365",
  }),
  SWEEP_EVERY_SECONDS: preset(wholeNumber(10, 86_400), "300", {
    about: "How often every live task is looked at anyway, and GitHub is asked for what its webhooks did not tell.",
    example: "120",
  }),
};
