export function sizeOf(bytes: number): string {
  const gigabytes = bytes / 1_073_741_824;
  return gigabytes >= 1 ? `${gigabytes.toFixed(1)} GB` : `${Math.ceil(bytes / 1_048_576)} MB`;
}
