import type { WheelEntry } from './lock.ts';
import type { Platform } from './platform.ts';

/** The wheels of CatBoost, and of the numpy that each of its Pythons takes. */
export function catboostPins(): WheelEntry[] {
  return PINS.map(([engine, platform, python, version, tag, size, sha256]) => {
    const abi = `cp${python.replace('.', '')}`;
    return { engine, platform, python, version, distribution: engine, file: `${engine}-${version}-${abi}-${abi}-${tag}.whl`, size, sha256 };
  });
}

type Pin = readonly [engine: string, platform: Platform, python: string, version: string, tag: string, size: number, sha256: string];

const PINS: readonly Pin[] = [
  ['catboost', 'darwin-arm64', '3.10', '1.2.10', 'macosx_11_0_universal2', 28_849_868, 'cf54c216f6b3b102e06a5fc42deeb7a2497d622e6bc2e222f586e7e357a942f1'],
  ['catboost', 'darwin-arm64', '3.11', '1.2.10', 'macosx_11_0_universal2', 28_850_304, 'ab2e84237308d62bae236b1ecba2e3867697f96bdbaf0ca68dafc2c886946406'],
  ['catboost', 'darwin-arm64', '3.12', '1.2.10', 'macosx_11_0_universal2', 28_884_278, 'b27115d5b443048f710001c8ac666892dfe03498492310b00466203c91cc30a5'],
  ['catboost', 'darwin-arm64', '3.13', '1.2.10', 'macosx_11_0_universal2', 28_829_400, 'bd3d3b344894f61b5f70124658f302148bb9a51c41d0d5b6c453a72e9dfefc49'],
  ['catboost', 'darwin-arm64', '3.14', '1.2.10', 'macosx_11_0_universal2', 28_840_256, '3efc5e4d414b7c13bff6dd0d6c938cf09bb1445097283c7790e54b8ee461820b'],
  ['catboost', 'darwin-arm64', '3.9', '1.2.10', 'macosx_11_0_universal2', 28_851_348, 'c20dbca7fb73458e7f017faf091b91faf3f106e113d6019e8ecb99c452169426'],
  ['catboost', 'linux-arm64', '3.10', '1.2.10', 'manylinux2014_aarch64', 96_702_284, '25c9b0dd9afb464efe7ccabf7567241aa566f70e7f77893218cb9fa21663e5d5'],
  ['catboost', 'linux-arm64', '3.11', '1.2.10', 'manylinux2014_aarch64', 96_708_112, '5ffe85f53092219cf65c73c2946426a289ef6f62c119c2bfda52815250d9bcef'],
  ['catboost', 'linux-arm64', '3.12', '1.2.10', 'manylinux2014_aarch64', 96_704_178, '39234b3692b6c9002b4a2ac529025fc210dd72feb9b621b27d17c65b7d3e9f92'],
  ['catboost', 'linux-arm64', '3.13', '1.2.10', 'manylinux2014_aarch64', 96_680_675, '59aa166f075f0a5ea57b0ba46e5060bd6a22e849e91e4142f16c2df11295b184'],
  ['catboost', 'linux-arm64', '3.14', '1.2.10', 'manylinux2014_aarch64', 96_688_527, 'bad9a70890cdc591080a908d54a3cd70002ab1e48b2017adff84726da0b3e16d'],
  ['catboost', 'linux-arm64', '3.9', '1.2.10', 'manylinux2014_aarch64', 96_703_404, '21deaef3f6f49e70b320ec48f4741133287e888297c42af8bd677ac636e8fc64'],
  ['catboost', 'linux-x64', '3.10', '1.2.10', 'manylinux2014_x86_64', 97_152_239, '5319c7f9a7764d7dba04c218fd28383b7267553f83232e8ce8737d6b8d38534d'],
  ['catboost', 'linux-x64', '3.11', '1.2.10', 'manylinux2014_x86_64', 97_159_502, '5819a880af6b314f4980e6c26ad0f7552eafcf247d521bc884fe726347fdd87d'],
  ['catboost', 'linux-x64', '3.12', '1.2.10', 'manylinux2014_x86_64', 97_136_498, 'b28f763776e62f50da90dddf73b36399583295032667a7e46fc5c1f2593eb80f'],
  ['catboost', 'linux-x64', '3.13', '1.2.10', 'manylinux2014_x86_64', 97_111_368, '42c1b6c7ae5c18cdbe00c8b9493987cc13338fe328baaf1a0b98ddaf58db96a2'],
  ['catboost', 'linux-x64', '3.14', '1.2.10', 'manylinux2014_x86_64', 97_119_495, '7b8cc4ea3a6ac4a8d05f3a79c8ee5454360a0a710fa12444963865ad3f0ddfec'],
  ['catboost', 'linux-x64', '3.9', '1.2.10', 'manylinux2014_x86_64', 97_152_738, '2a19c1a9e92c76fb5dc75cf6a5b0d03127f3a36359e1e02e5d139e27581e2d57'],
  ['catboost', 'win32-x64', '3.10', '1.2.10', 'win_amd64', 100_245_782, '19de3cb267be3ddb8fd667a87f9e7d3c9ee31783c61ea9e6e6f036f666bddcc3'],
  ['catboost', 'win32-x64', '3.11', '1.2.10', 'win_amd64', 100_244_500, '41bbe16cab0695978c325a20fa300f92831ed78e9cc8c5fe8047538b4055e98e'],
  ['catboost', 'win32-x64', '3.12', '1.2.10', 'win_amd64', 100_214_655, '6b8a7ef11d7a89fc547760cfafeee895011a4b92cc1f60d00235ef80a71158ed'],
  ['catboost', 'win32-x64', '3.13', '1.2.10', 'win_amd64', 100_201_430, '5ede858e634d6d0f521bf6dd6fad9374f23d37049ee48e0779ccd2a372632cb1'],
  ['catboost', 'win32-x64', '3.14', '1.2.10', 'win_amd64', 101_749_687, '951c5bdf27b8edb6ca624f41134888c666ae68275488803d3c91ce83e154f0c5'],
  ['catboost', 'win32-x64', '3.9', '1.2.10', 'win_amd64', 100_246_065, '56c2c0ec0c16874b83d39f892b7f8a026bbd7404d59b23a34ce53f6b4b87b26a'],
  ['numpy', 'darwin-arm64', '3.10', '2.2.6', 'macosx_14_0_arm64', 5_340_542, '37e990a01ae6ec7fe7fa1c26c55ecb672dd98b19c3d0e1d1f326fa13cb38d163'],
  ['numpy', 'darwin-arm64', '3.11', '2.4.6', 'macosx_14_0_arm64', 5_469_159, '4cfe66903cc32a9921a6733d96b19bb6abf310397581bbad89c228f5abaf0ee8'],
  ['numpy', 'darwin-arm64', '3.12', '2.4.6', 'macosx_14_0_arm64', 5_204_410, '3213d622a0283a39a93d188f3cf72b26862df52fbb4ca3697f51705016523d41'],
  ['numpy', 'darwin-arm64', '3.13', '2.4.6', 'macosx_14_0_arm64', 5_198_992, '043191bfa8eab18c776647b62723ac9dddece59743b13f49b2016094129c2b3f'],
  ['numpy', 'darwin-arm64', '3.14', '2.4.6', 'macosx_14_0_arm64', 5_209_716, 'd581b735e177fdcdce6fed8e7e8880a3fb6ee4e3653a3ac6af01c6f4c03effc5'],
  ['numpy', 'darwin-arm64', '3.9', '2.0.2', 'macosx_14_0_arm64', 5_306_976, '2b2955fa6f11907cf7a70dab0d0755159bca87755e831e47932367fc8f2f2d0b'],
  ['numpy', 'linux-arm64', '3.10', '2.2.6', 'manylinux_2_17_aarch64.manylinux2014_aarch64', 14_297_320, 'efd28d4e9cd7d7a8d39074a4d44c63eda73401580c5c76acda2ce969e0a38e83'],
  ['numpy', 'linux-arm64', '3.11', '2.4.6', 'manylinux_2_27_aarch64.manylinux_2_28_aarch64', 15_966_692, '0ab0a9c4ffb1a6d95ef519fe4247dba8eb6b18ad93999f76b7f657039acabd47'],
  ['numpy', 'linux-arm64', '3.12', '2.4.6', 'manylinux_2_27_aarch64.manylinux_2_28_aarch64', 15_671_012, '5f9fb9157b4ce2971008323afe46053787b526ef624fea915b261468a8421a0f'],
  ['numpy', 'linux-arm64', '3.13', '2.4.6', 'manylinux_2_27_aarch64.manylinux_2_28_aarch64', 15_669_392, '72fbe16c6fac95aedf5937fa873445cec2110be35d8a4e9433d7501fd98dae6b'],
  ['numpy', 'linux-arm64', '3.14', '2.4.6', 'manylinux_2_27_aarch64.manylinux_2_28_aarch64', 15_685_197, '40fdc1ae7125e518ea98e53e69a4ebc27e1fd50510c47b7ea130cf21e5e1d42b'],
  ['numpy', 'linux-arm64', '3.9', '2.0.2', 'manylinux_2_17_aarch64.manylinux2014_aarch64', 13_912_596, '1e795a8be3ddbac43274f18588329c72939870a16cae810c2b73461c40718ab1'],
  ['numpy', 'linux-x64', '3.10', '2.2.6', 'manylinux_2_17_x86_64.manylinux2014_x86_64', 16_801_050, 'fc7b73d02efb0e18c000e9ad8b83480dfcd5dfd11065997ed4c6747470ae8915'],
  ['numpy', 'linux-x64', '3.11', '2.4.6', 'manylinux_2_27_x86_64.manylinux_2_28_x86_64', 16_918_164, '89cd468399cfd2504718f0ba50e410dca55a170b61a02ad92bb18c8a65186e93'],
  ['numpy', 'linux-x64', '3.12', '2.4.6', 'manylinux_2_27_x86_64.manylinux_2_28_x86_64', 16_645_538, '90f9849678c75fe7afa2d348ac842c168b0a4d3d61919687216dfc547976d853'],
  ['numpy', 'linux-x64', '3.13', '2.4.6', 'manylinux_2_27_x86_64.manylinux_2_28_x86_64', 16_633_220, 'a7830bab239b79cda9c08c2da014761cafb48da6150e1da17ac06283f43b6089'],
  ['numpy', 'linux-x64', '3.14', '2.4.6', 'manylinux_2_27_x86_64.manylinux_2_28_x86_64', 16_638_245, 'a2c306dea656c12c68f51f4cea133cbe78ca7435eb28c735eac1d3ebe73be6e8'],
  ['numpy', 'linux-x64', '3.9', '2.0.2', 'manylinux_2_17_x86_64.manylinux2014_x86_64', 19_526_099, 'f26b258c385842546006213344c50655ff1555a9338e2e5e02a0756dc3e803dd'],
  ['numpy', 'win32-x64', '3.10', '2.2.6', 'win_amd64', 12_904_620, 'f0fd6321b839904e15c46e0d257fdd101dd7f530fe03fd6359c1ea63738703f3'],
  ['numpy', 'win32-x64', '3.11', '2.4.6', 'win_amd64', 12_608_406, '1e254a00cdf42b1e4d5b3d68d33af63268d41340d8885df2ab6470f2e1500147'],
  ['numpy', 'win32-x64', '3.12', '2.4.6', 'win_amd64', 12_321_687, 'd8e8286dd7cea7895157318d1b91cdacac64c479f3cbc8dce548331728484751'],
  ['numpy', 'win32-x64', '3.13', '2.4.6', 'win_amd64', 12_318_598, 'c4fc99836233ea196540b17ab0983aff60ed07941751930f5f4d05bc3b3b7359'],
  ['numpy', 'win32-x64', '3.14', '2.4.6', 'win_amd64', 12_450_334, 'b507f5c4c1d508876d1819b6bf9a49d365b96320b5d4993426b33a23ca4b8261'],
  ['numpy', 'win32-x64', '3.9', '2.0.2', 'win_amd64', 15_911_314, 'a3f4ab0caa7f053f6797fcd4e1e25caee367db3112ef2b6ef82d749530768c73'],
];
