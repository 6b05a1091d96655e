import { TENSORFLOW, TENSORFLOWJS, TENSORFLOWJS_VERSION } from './backends.ts';
import { catboostPins } from './catboost-pins.ts';
import type { Lock, PackageEntry, WheelEntry } from './lock.ts';
import { PLATFORMS, type Platform } from './platform.ts';

/** The engines that this version of the program was tested with: the lock of a project that has none yet. */
export function defaultLock(): Lock {
  const [catboost, numpy] = [catboostPins().filter((pin) => pin.engine === 'catboost'), catboostPins().filter((pin) => pin.engine === 'numpy')];
  return [
    ...catboost,
    ...wheels('lightgbm', '4.7.0', {
      'darwin-arm64': ['lightgbm', 'lightgbm-4.7.0-py3-none-macosx_12_0_arm64.whl', 1_498_914, '129535462686f274df179133643118c5c5c5667167fe6c3a28d955f0b3c8e868'],
      'linux-arm64': ['lightgbm', 'lightgbm-4.7.0-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl', 3_349_492, 'd4529acec5c6fefe4768302a529707d0ead90f6a6f42df694b856212e09695b8'],
      'linux-x64': ['lightgbm', 'lightgbm-4.7.0-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl', 3_476_028, 'd23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7'],
      'win32-x64': ['lightgbm', 'lightgbm-4.7.0-py3-none-win_amd64.whl', 1_360_833, 'f42d1e5b32b6f170e606d7c689c6165671da98d7bf37f1addec2623efc8740c9'],
    }),
    ...numpy,
    // On Windows its library is linked to Python's own.
    ...wheels(TENSORFLOW, '2.21.0', {
      'darwin-arm64': ['tensorflow', 'tensorflow-2.21.0-cp313-cp313-macosx_12_0_arm64.whl', 223_766_900, 'a145ed46c58192b7c3f9916d070caf4f6afc6dc7e5511f83dd97677f4c4947f4'],
      'linux-arm64': ['tensorflow', 'tensorflow-2.21.0-cp313-cp313-manylinux_2_27_aarch64.whl', 282_213_003, 'a10abdfb8b1189210c251021a3f153b7ccc52a8e6521351f3dc3331e8ba593e0'],
      'linux-x64': ['tensorflow-cpu', 'tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl', 274_271_560, '05af7c26d35f4de910b5598c7b507e3981831a7b0f47fed9a405d995d51d7793'],
    }),
    ...PLATFORMS.map((platform): PackageEntry => ({ engine: TENSORFLOWJS, platform, version: TENSORFLOWJS_VERSION, backend: 'wasm' })),
    ...wheels('xgboost', '3.4.1', {
      'darwin-arm64': ['xgboost', 'xgboost-3.4.1-py3-none-macosx_12_0_arm64.whl', 2_365_501, 'a7afd7dbace0951c93aa85ffe046e54bc40893f5b51cd3e7991eb157bf9c7c7c'],
      'linux-arm64': ['xgboost-cpu', 'xgboost_cpu-3.4.1-py3-none-manylinux_2_28_aarch64.whl', 5_386_310, '47b81860b18056f9425b34fe2905343bc7ee0118122ae09cf2e31c305ed49877'],
      'linux-x64': ['xgboost-cpu', 'xgboost_cpu-3.4.1-py3-none-manylinux_2_28_x86_64.whl', 5_796_137, '1f16331f5c6beb2b40fbd4bf2834333062d93c9eb38b76186a5c206841dc1809'],
      'win32-x64': ['xgboost-cpu', 'xgboost_cpu-3.4.1-py3-none-win_amd64.whl', 2_163_579, 'ceb0f7c786511e1876df6ca83a6f837a3187159bde51d8dcc5cdf5e2de76e366'],
    }),
  ];
}

/** Distribution, file, bytes and digest of an engine's wheel. */
type Pin = readonly [distribution: string, file: string, size: number, sha256: string];

function wheels(engine: string, version: string, pins: Readonly<Partial<Record<Platform, Pin>>>): WheelEntry[] {
  return PLATFORMS.flatMap((platform) => {
    const pin = pins[platform];
    if (pin === undefined) return [];
    const [distribution, file, size, sha256] = pin;
    return [{ engine, platform, version, distribution, file, size, sha256 }];
  });
}
