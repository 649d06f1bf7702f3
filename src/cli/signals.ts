/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, as people expect. */
export async function untilTold(): Promise<void> {
  await new Promise<void>((resolve) => {
    const told = () => {
      process.off("SIGTERM", told).off("SIGINT", told);
      resolve();
    };
    process.on("SIGTERM", told).on("SIGINT", told);
  });
}
