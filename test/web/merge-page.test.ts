import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from '../../src/topics/stored.ts';
import { mergePage } from '../../web/src/stored/merge-page.ts';

type Item = [key: string, state?: string];

function page(keys: string, next: string | null, state = ''): Page<Item> {
  return { items: [...keys].map((key) => [key, state]), next };
}

function merged(known: Page<Item>, first: Page<Item>): string {
  const { items, next } = mergePage(known, first, ([key]) => key);
  return `${items.map(([key, state = '']) => key + state).join('')} ${next}`;
}

test('what is new comes first, and what was paged back to stays', () => {
  assert.equal(merged(page('dcba', null), page('fed', 'd')), 'fedcba null');
  assert.equal(merged(page('dcba', 'a'), page('edc', 'c')), 'edcba a');
});

test('what was changed is replaced, and what is there no more goes', () => {
  assert.equal(merged(page('dcba', 'a', '-'), page('dcb', 'b', '+')), 'd+c+b+a- a');
  assert.equal(merged(page('dcba', 'a'), page('dba', 'a')), 'dba a');
});

test('a list that has moved on by more than a page begins anew: nothing may be missing in between', () => {
  assert.equal(merged(page('cba', 'a'), page('hgf', 'f')), 'hgf f');
});

test('a whole list is what it is', () => {
  assert.equal(merged(page('cba', null), page('ba', null)), 'ba null');
  assert.equal(merged(page('cba', null), page('', null)), ' null');
});
