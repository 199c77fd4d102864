import type { Alarm } from '../topics/alarm-schema.ts';
import { formatTimeUs } from '../topics/record.ts';

/**
 * Puts values of the alarm in the places of `{{path.to.value}}`; `{{time}}` is when it was filmed (RFC 3339). What the alarm
 * does not have is left empty. Within JSON a text is written so that the quotes around it hold.
 */
export function fillTemplate(template: string, alarm: Alarm, { isJson }: { isJson: boolean }): string {
  const values = { ...alarm, time: formatTimeUs(alarm.times.capturedAtUs) };
  return template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, path: string) => {
    const value = valueAt(values, path);
    if (value === undefined) return '';
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return isJson && typeof value === 'string' ? JSON.stringify(text).slice(1, -1) : text;
  });
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined;
    return (inner as Record<string, unknown>)[key];
  }, value);
}
