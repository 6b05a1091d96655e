import { entry } from './entry.ts';
import { listed } from './listed.ts';

/** What the compiler finds about networks, and the arrays that they see. */
export const networks = {
  'unfit-shape': entry<{ column: string; axes: number; size: number; most: number }>({
    severity: 'error',
    message: ({ column, axes, size, most }) =>
      axes > 3 ? `\`${column}\` would have ${axes} axes, and an array has at most three` : `\`${column}\` would be ${size.toLocaleString('en')} features, and an array has at most ${most.toLocaleString('en')}`,
    hint: ({ axes }) => (axes > 3 ? 'an image is `[height, width, channels]`, a sequence `[steps, channels]`, a vector `[length]`' : 'make images smaller, or sequences shorter'),
  }),
  'several-arrays': entry<{ columns: readonly string[] }>({
    severity: 'error',
    message: ({ columns }) => `the layers see one array, and there are ${listed(columns)}`,
    hint: () => 'leave all but one out with `drop` or `use` in `prepare`, or put them together in SQL: sequences of the same steps as channels of one',
  }),
  'layer-misfit': entry<{ place: string; layer: string; sees: string; wants: string; way: string }>({
    severity: 'error',
    message: ({ place, layer, sees, wants }) => `layer ${place}, \`${layer}\`, sees ${sees} and wants ${wants}`,
    hint: ({ way }) => way,
  }),
  'layers-not-flat': entry<{ gives: string; image: boolean }>({
    severity: 'error',
    message: ({ gives }) => `the layers end with ${gives}, and the answer is made of one row of numbers`,
    hint: ({ image }) => `end with \`flatten\` or \`global_average_pool\`${image ? '' : ', or with a recurrent layer that gives its last step'}`,
  }),
  'layer-too-large': entry<{ place: string; layer: string; sees: string; parameters: number; most: number }>({
    severity: 'error',
    message: ({ place, layer, sees, parameters }) => `layer ${place}, \`${layer}\`, sees ${sees} and would learn ${parameters.toLocaleString('en')} numbers`,
    hint: ({ most }) => `a network learns at most ${most.toLocaleString('en')}: give this layer or the one before it fewer units`,
  }),
  'normalised-alone': entry<{ place: string; sees: string }>({
    severity: 'error',
    message: ({ place, sees }) => `layer ${place}, \`batch_norm\`, sees ${sees} of one row at a time, which is its own mean`,
    hint: () => 'raise `batch` to 2 at least (32 or more is usual), or take the layer out',
  }),
  'embedded-number': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `\`${name}\` is a number, and only the levels of a category are embedded`,
    hint: ({ name }) => `take it out of \`embed\`, or encode it: \`encode { ${name}: native }\``,
  }),
  'loss-of-classes': entry<{ loss: string; target: string; task: string }>({
    severity: 'error',
    message: ({ loss, target, task }) => `the loss \`${loss}\` is of numbers, and predicting \`${target}\` is a ${task} task`,
    hint: () => 'take `loss` out: classes have the cross entropy',
  }),
  'other-device': entry<{ device: string; engine: string; platform: string }>({
    severity: 'error',
    message: ({ device, engine }) => `this asks for a ${device.toUpperCase()}, and networks run on ${engine} here, which computes on a ${device === 'gpu' ? 'CPU' : 'GPU'}`,
    hint: ({ device, platform }) =>
      device === 'gpu'
        ? `take \`device\` out; or, where there is an NVIDIA GPU, install \`@tensorflow/tfjs-node-gpu\`, and in mlp.lock write \`backend = node-gpu\` under \`[tensorflowjs ${platform}]\` and take the blocks of \`tensorflow\` for ${platform} out`
        : `take \`device\` out, or pin another backend in mlp.lock: \`backend = wasm\` under \`[tensorflowjs ${platform}]\``,
  }),
  'smoothing-of-numbers': entry<{ target: string }>({
    severity: 'error',
    message: ({ target }) => `labels of classes can be smoothed, and \`${target}\` is a number`,
    hint: () => 'take `label_smoothing` out; `loss: huber` is less moved by values far out',
  }),
  'augment-without-images': entry<{ augment: string }>({
    severity: 'error',
    message: ({ augment }) => `\`${augment}\` changes images, and the features have none`,
    hint: () => 'an image is an `array` of height, width and channels, such as `array { pixels: [28, 28, 1] }` in `prepare`, or the `pixels` of a source of `images`',
  }),
  'masking-without-steps': entry({
    severity: 'error',
    message: () => '`masking` leaves out steps of sequences, and the features have none',
    hint: () => 'a sequence is an `array` of steps and channels, such as `array { history: [14, 3] }` in `prepare`, or the `steps` of a table of `sequences`',
  }),
};
