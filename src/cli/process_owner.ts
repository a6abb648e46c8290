/**
 * Which process something belongs to, and whether that process still runs: a process id alone is not enough,
 * since ids are used again. Says nothing of processes of other hosts, nor of other containers, whose ids mean
 * other processes. Knows no files of the lab.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from every other one. */
export interface ProcessOwner {
  /** Host, and on Linux the namespace in which the id counts. */
  readonly host: string;
  readonly pid: number;
  /** When it started, in whatever form the system tells it; '' where the system does not. */
  readonly started: string;
}

/** This process. */
export function thisProcess(): ProcessOwner {
  return { host: thisHost(), pid: process.pid, started: startOf(process.pid) ?? '' };
}

/** Whether a process runs; null when it is of another host, about which nothing can be known here. */
export function isRunning({ host, pid, started }: ProcessOwner): boolean | null {
  if (host !== thisHost()) return null;
  const now = startOf(pid);
  if (now === null) return false;
  return started === '' || now === '' || now === started;
}

/** Whether a process of this host has that id. */
export function isAlive(pid: number): boolean {
  return startOf(pid) !== null;
}

function thisHost(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** When a process of this host started; '' when that is unknown, null when there is no such process. */
function startOf(pid: number): string | null {
  if (process.platform === 'linux') return linuxStart(pid);
  if (!answers(pid)) return null;
  if (process.platform === 'win32') return '';
  const asked = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : '';
}

/** Clock ticks after the start of the system, and which start that was (proc_pid_stat(5), field 22). */
function linuxStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program comes second, in parentheses, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const ticks = fields[19];
    // Ended, but not yet noticed by its parent.
    if (state === 'Z' || state === 'X') return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks ?? ''}`;
  } catch {
    return null;
  }
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
