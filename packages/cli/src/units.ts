/** Numbers, bytes and times for people. */

/** A count: 1,234,567. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** A count with its noun: "1 table", "2 tables". */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

const UNITS = ['kB', 'MB', 'GB', 'TB'];

/** Bytes in decimal units: 999 B, 1.2 kB, 34.5 MB. */
export function bytes(value: number): string {
  if (value < 1000) return `${Math.round(value)} B`;
  let scaled = value;
  let unit = '';
  for (const next of UNITS) {
    scaled /= 1000;
    unit = next;
    if (scaled < 999.95) break;
  }
  return `${scaled.toFixed(1)} ${unit}`;
}

/** A duration: 0.4 s, 12 s, 3:05, 1:02:03. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** A share, in percent: 12%, 0.3%, <0.1%. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return '<0.1%';
  return `${value > 0 && value < 1 ? value.toFixed(1) : Math.round(value)}%`;
}
