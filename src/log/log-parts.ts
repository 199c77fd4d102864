import { GroupCommit } from './group-commit.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import type { LoadedLog } from './load-log.ts';
import { LogAppends } from './log-appends.ts';
import { LogBounds } from './log-bounds.ts';
import { LogCleaning } from './log-cleaning.ts';
import type { LogConfig } from './log-config.ts';
import { LogEnding } from './log-ending.ts';
import { LogView } from './log-view.ts';
import { LogWriter } from './log-writer.ts';
import type { PartitionLogOptions } from './partition-log-options.ts';
import type { ProducerState } from './producer-state.ts';
import { ReadBuffers } from './read-buffers.ts';
import { RecoveryMarks } from './recovery-marks.ts';
import { SegmentList } from './segment-list.ts';
import { LogTail } from './tail-cache.ts';

/** What one log is made of: each part knows one thing, and of the others only what it is given here. */
export interface LogParts {
  segments: SegmentList;
  producers: ProducerState;
  leaderEpochs: LeaderEpochs;
  bounds: LogBounds;
  commits: GroupCommit;
  view: LogView;
  appends: LogAppends;
  cleaning: LogCleaning;
  marks: RecoveryMarks;
  ending: LogEnding;
  tail: LogTail | undefined;
}

type Foundation = ReturnType<typeof lay>;

/** @param config the settings at the time of the call */
export function assembleLog(options: PartitionLogOptions, loaded: LoadedLog, config: () => LogConfig): LogParts {
  const base = lay(options, loaded);
  const offsets = () => base.bounds.offsets;
  const onChange = () => ending.noteChange();
  const appends = openAppends(base, { options, config, onChange });
  const cleaning = openCleaning(base, { config, onChange, appends, isStopped: () => ending.isBegun });
  const marks = new RecoveryMarks({ ...base, bytesBetween: options.bytesBetweenMarks });
  const view = new LogView({ ...base, readBuffers: options.readBuffers ?? new ReadBuffers(), offsets });
  const ending: LogEnding = new LogEnding({ ...base, appends, cleaning, marks, isChanged: !options.cleanShutdown });
  return { ...base, view, appends, cleaning, marks, ending };
}

/** Everything below is on the disk, leader epochs included. */
export function recoveryPointOf({ commits, leaderEpochs }: Pick<LogParts, 'commits' | 'leaderEpochs'>): bigint {
  const { durableOffset } = commits;
  return smallest(durableOffset, leaderEpochs.unwrittenFrom ?? durableOffset);
}

/** What the other parts stand on. */
function lay(options: PartitionLogOptions, loaded: LoadedLog) {
  const { fileSystem, directory, topic, partition, flusher, tailCache, report, logStartOffset = 0n } = options;
  const segments = new SegmentList(loaded.segments);
  const name = `${topic}-${partition}`;
  const bounds = new LogBounds({ ...loaded, segments, logStartOffset });
  const writer = new LogWriter({ ...loaded, fileSystem, directory, segments });
  const commits = new GroupCommit(
    {
      ...{ flusher, name },
      logEndOffset: () => bounds.logEndOffset,
      sync: () => writer.sync(),
      onDurable: (offset) => bounds.advance(offset),
      onFailure: (failure) => report?.(failure.message),
    },
    bounds.logEndOffset,
  );
  const tail = tailCache && new LogTail(tailCache);
  return { ...loaded, fileSystem, directory, name, segments, bounds, writer, commits, tail };
}

interface AppendContext {
  options: PartitionLogOptions;
  config: () => LogConfig;
  onChange: () => void;
}

function openAppends(base: Foundation, { options, config, onChange }: AppendContext): LogAppends {
  return new LogAppends({
    ...base,
    ...{ clock: options.clock, config },
    offsets: () => base.bounds.offsets,
    onAppend: onChange,
    onShown: (offset) => base.bounds.advance(offset),
  });
}

interface CleaningContext {
  config: () => LogConfig;
  onChange: () => void;
  appends: LogAppends;
  isStopped: () => boolean;
}

function openCleaning(base: Foundation, { config, onChange, appends, isStopped }: CleaningContext): LogCleaning {
  const { bounds, commits } = base;
  return new LogCleaning({
    ...base,
    ...{ config, isStopped },
    offsets: () => bounds.offsets,
    compactionEnd: () => smallest(bounds.lastStableOffset, recoveryPointOf(base)),
    onStart: (offset) => {
      onChange();
      bounds.moveStart(offset);
    },
    onRefused: (error) => appends.refuseWrite(error),
    fail: (error) => commits.fail(error),
  });
}

function smallest(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
