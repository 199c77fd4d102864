import { Command, Option } from 'commander';
import { fault } from '../../base/errors.ts';
import type { PeopleDesk } from '../faces/people-desk.ts';
import { brokersOption } from '../options/journey-options.ts';
import { number } from '../options/option-values.ts';

interface FacesFlags {
  brokers?: string[];
  json?: boolean;
  event?: string;
  most?: number;
  unknown?: boolean;
}

export function facesCommand(): Command {
  const command = new Command('faces').description('say who people are, and see who is known');
  const add = (name: string, description: string) =>
    command.command(name).description(description).addOption(brokersOption()).option('--json', 'as JSON');
  add('enroll', 'take up the face of each photo, or of an event, under a name')
    .argument('<name>')
    .argument('[photos...]')
    .option('--event <id>', 'the face that an event shows, from the frame in which it happened')
    .action(enrollAction);
  add('list', 'print who is known').option('--unknown', 'also people whom nobody has named').action(listAction);
  add('show', 'print everything known of a person but the embeddings')
    .argument('<name>', 'a name or an id')
    .action(showAction);
  add('name', 'say who an unknown person is, past events included; or rename somebody')
    .argument('<id>', 'an id such as unknown-5d0c1b7e, or a name')
    .argument('<name>')
    .action(nameAction);
  add('merge', 'make one person the same as another one')
    .argument('<from>', 'a name or an id')
    .argument('<into>', 'a name or an id')
    .action(mergeAction);
  add('remove', 'erase every embedding and picture of a person')
    .argument('<name>', 'a name or an id')
    .action(removeAction);
  add('export', 'print everything known as JSON lines, embeddings and pictures included')
    .argument('[name]', 'only this person')
    .action(exportAction);
  add('verify', 'compare photos with a person; exit code 1 when one shows somebody else')
    .argument('<name>', 'a name or an id')
    .argument('<photos...>')
    .action(verifyAction);
  add('search', 'find who looks like the face of a photo, unknown people included')
    .argument('<photo>')
    .addOption(
      new Option('--most <count>', 'how many').default(5).argParser(number({ least: 1, most: 1000, whole: true })),
    )
    .action(searchAction);
  return command.addHelpText(
    'after',
    `
Examples:
  vigil faces enroll "Anna Kern" anna-1.jpg anna-2.jpg
  vigil faces name unknown-5d0c1b7e "Anna Kern"
  vigil faces search visitor.jpg --json
  vigil faces remove "Anna Kern"`,
  );
}

async function openDesk({ brokers }: FacesFlags): Promise<PeopleDesk> {
  const { openPeopleDesk } = await import('../faces/people-desk.ts');
  return openPeopleDesk(brokers);
}

async function enrollAction(name: string, photos: string[], options: FacesFlags): Promise<void> {
  const { event } = options;
  if ((photos.length === 0) === (event === undefined)) {
    throw fault('USAGE', 'Enrolling takes photos, or an event with --event, and not both');
  }
  const { enroll } = await import('../faces/enroll.ts');
  const outcome = await enroll(await openDesk(options), name, { photos, event });
  if (outcome.refused.length > 0) process.exitCode = 1;
  if (options.json) return print(JSON.stringify(outcome));
  const { enrolled, refused, looksLike, person } = outcome;
  print(`${outcome.name} (${person}): ${count(enrolled.length, 'face')} enrolled`);
  for (const { message, next } of refused) print(`refused: ${message}. ${next}`);
  if (looksLike) print(`careful: as near to ${looksLike.name} (${looksLike.distance}) as faces of one person are`);
}

async function listAction(options: FacesFlags): Promise<void> {
  const { describePerson, describeThreshold } = await import('../faces/describe-people.ts');
  const { book } = await openDesk(options);
  const wanted = book.persons().filter(({ isEnrolled }) => isEnrolled || options.unknown);
  const rows = wanted.map((person) => describePerson(book, person)).toSorted((a, b) => (a.title < b.title ? -1 : 1));
  if (options.json) return print(JSON.stringify(rows.map(({ title: _, ...row }) => row)));
  for (const { title, person, faces, since } of rows)
    print(`${title}  ${person}  ${count(faces, 'face')}  since ${since}`);
  const unknown = book.persons().length - wanted.length;
  if (unknown > 0) print(`${count(unknown, 'unknown person', 'unknown people')} (--unknown lists them)`);
  print(describeThreshold());
}

async function showAction(name: string, options: FacesFlags): Promise<void> {
  const { findPerson } = await import('../../stage/people/edit-people.ts');
  const { describePerson, describeFaces } = await import('../faces/describe-people.ts');
  const { book } = await openDesk(options);
  const person = findPerson(book, name);
  const { title, ...row } = describePerson(book, person);
  const faces = describeFaces(book, person);
  if (options.json) return print(JSON.stringify({ ...row, faces }));
  print(`${title}  ${person.person}  since ${row.since}${row.firstSeen ? `  first seen as ${row.firstSeen}` : ''}`);
  if (row.alsoKnownAs.length > 0) print(`also known as ${row.alsoKnownAs.join(', ')}`);
  for (const { face, from, quality } of faces) print(`  ${face}  ${from}  ${quality.eyesPx} pixels between the eyes`);
}

async function nameAction(id: string, name: string, options: FacesFlags): Promise<void> {
  const { findPerson, naming } = await import('../../stage/people/edit-people.ts');
  const { wallClockUs } = await import('../../base/clock.ts');
  if (name.trim() === '') throw fault('USAGE', 'The name is empty');
  const desk = await openDesk(options);
  const found = findPerson(desk.book, id);
  const { person, records } = naming(desk.book, found, name, wallClockUs());
  await desk.write(records);
  if (options.json) return print(JSON.stringify({ id: found.person, person: person.person, name: person.name }));
  print(`${found.person} is ${person.name} now, in past events too`);
}

async function mergeAction(from: string, into: string, options: FacesFlags): Promise<void> {
  const { findPerson, merging } = await import('../../stage/people/edit-people.ts');
  const { wallClockUs } = await import('../../base/clock.ts');
  const desk = await openDesk(options);
  const [first, second] = [findPerson(desk.book, from), findPerson(desk.book, into)];
  await desk.write(merging(first, second, wallClockUs()).records);
  if (options.json) return print(JSON.stringify({ from: first.person, into: second.person }));
  print(`${first.name ?? first.person} is the same as ${second.name ?? second.person} now, in past events too`);
}

async function removeAction(name: string, options: FacesFlags): Promise<void> {
  const { erasure, findPerson } = await import('../../stage/people/edit-people.ts');
  const desk = await openDesk(options);
  const person = findPerson(desk.book, name);
  const { ids, embeddings, crops, records } = erasure(desk.book, person);
  await desk.write(records);
  if (options.json) return print(JSON.stringify({ person: person.person, ids, embeddings, crops }));
  print(`${person.name ?? person.person}: ${count(embeddings, 'embedding')} and ${count(crops, 'picture')} erased`);
  print('frames and results that show them go with the retention of their topics');
}

async function exportAction(name: string | undefined, options: FacesFlags): Promise<void> {
  const { findPerson } = await import('../../stage/people/edit-people.ts');
  const { book } = await openDesk(options);
  for (const person of name === undefined ? book.persons() : [findPerson(book, name)]) {
    print(JSON.stringify({ ...person, ids: book.idsOf(person.person), faces: book.facesOf(person.person) }));
  }
}

async function verifyAction(name: string, photos: string[], options: FacesFlags): Promise<void> {
  const { findPerson } = await import('../../stage/people/edit-people.ts');
  const { verify } = await import('../faces/compare-faces.ts');
  const { describeThreshold } = await import('../faces/describe-people.ts');
  const desk = await openDesk(options);
  const person = findPerson(desk.book, name);
  const verified = await verify(desk, person, photos);
  if (verified.some(({ isSame }) => !isSame)) process.exitCode = 1;
  if (options.json) return print(JSON.stringify(verified));
  for (const { photo, distance, isSame } of verified) {
    print(`${photo}: ${isSame ? '' : 'not '}${person.name ?? person.person} (distance ${distance})`);
  }
  print(describeThreshold());
}

async function searchAction(photo: string, options: FacesFlags): Promise<void> {
  const { searchByPhoto } = await import('../faces/compare-faces.ts');
  const { describeThreshold } = await import('../faces/describe-people.ts');
  const found = await searchByPhoto(await openDesk(options), photo, options.most ?? 5);
  if (options.json) return print(JSON.stringify(found));
  for (const { person, name, distance } of found) print(`${distance.toFixed(3)}  ${name ?? person}`);
  print(describeThreshold());
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
