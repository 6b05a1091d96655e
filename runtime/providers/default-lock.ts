import { TENSORFLOWJS, TENSORFLOWJS_VERSION } from './backends.ts';
import type { Lock, PackageEntry, WheelEntry } from './lock.ts';
import { PLATFORMS } from './platform.ts';

/** The engines that this version of the program was tested with: the lock of a project that has none yet. */
export function defaultLock(): Lock {
  return [
    ...PLATFORMS.map((platform): PackageEntry => ({ engine: TENSORFLOWJS, platform, version: TENSORFLOWJS_VERSION, backend: 'wasm' })),
    xgboost('darwin-arm64', {
      distribution: 'xgboost',
      file: 'xgboost-3.4.1-py3-none-macosx_12_0_arm64.whl',
      size: 2_365_501,
      sha256: 'a7afd7dbace0951c93aa85ffe046e54bc40893f5b51cd3e7991eb157bf9c7c7c',
    }),
    xgboost('linux-arm64', {
      distribution: 'xgboost-cpu',
      file: 'xgboost_cpu-3.4.1-py3-none-manylinux_2_28_aarch64.whl',
      size: 5_386_310,
      sha256: '47b81860b18056f9425b34fe2905343bc7ee0118122ae09cf2e31c305ed49877',
    }),
    xgboost('linux-x64', {
      distribution: 'xgboost-cpu',
      file: 'xgboost_cpu-3.4.1-py3-none-manylinux_2_28_x86_64.whl',
      size: 5_796_137,
      sha256: '1f16331f5c6beb2b40fbd4bf2834333062d93c9eb38b76186a5c206841dc1809',
    }),
    xgboost('win32-x64', {
      distribution: 'xgboost-cpu',
      file: 'xgboost_cpu-3.4.1-py3-none-win_amd64.whl',
      size: 2_163_579,
      sha256: 'ceb0f7c786511e1876df6ca83a6f837a3187159bde51d8dcc5cdf5e2de76e366',
    }),
  ];
}

function xgboost(
  platform: WheelEntry['platform'],
  pin: Pick<WheelEntry, 'distribution' | 'file' | 'size' | 'sha256'>,
): WheelEntry {
  return { engine: 'xgboost', platform, version: '3.4.1', ...pin };
}
