import { openTensorflow } from '../../runtime/engines/tensorflow/open-tensorflow.ts';
import { openTfjs } from '../../runtime/engines/tfjs/open-tfjs.ts';
import type { OpenNetwork } from '../../runtime/networks/engine.ts';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { findLockEntry } from '../../runtime/providers/lock.ts';
import { platformName } from '../../runtime/providers/platform.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { backendFolder } from './tfjs.ts';

/** An engine of networks, and how a test opens it. */
export interface TestEngine {
  readonly name: string;
  readonly open: () => Promise<OpenNetwork>;
}

const hasTensorflow = findLockEntry(defaultLock(), 'tensorflow', platformName()) !== undefined;

/** The engines that there are for this platform: all of them compute the same. */
export const engines: readonly TestEngine[] = [
  { name: 'TensorFlow.js', open: () => openTfjs(backendFolder()) },
  ...(hasTensorflow ? [{ name: 'TensorFlow', open: async () => openTensorflow(await engineLibrary('tensorflow')) }] : []),
];
