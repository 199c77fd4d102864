/** What people carry and put down, in COCO's words. */
export const bagLabels: ReadonlySet<string> = new Set(['backpack', 'handbag', 'suitcase']);
