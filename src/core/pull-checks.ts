/** The checks on the newest commit of a pull request, as GitHub shows them: check runs and commit statuses, ours left out. */
export interface PullChecks {
  readonly sha: string;
  /** How many of those that count have not ended. */
  readonly running: number;
  /** When the last one ended; 0 when none has. */
  readonly endedAtMs: number;
  readonly failures: readonly FailedCheck[];
}

export interface FailedCheck {
  /** What tells it from the others on one commit; the same on the next commit. */
  readonly key: string;
  readonly name: string;
  readonly url: string;
  /** Whether the base branch demands it. */
  readonly isRequired: boolean;
  /** Whether the newest commit of the base branch shows the same failure. */
  readonly isOnBase: boolean;
  /** The job that can be run again and has a log; undefined for checks of other services. */
  readonly job: number | undefined;
  /** Greater for a later run of it on the same commit. */
  readonly attempt: number;
  /** What the check itself says of the failure (its title and summary); empty when it says nothing. */
  readonly summary: string;
}
