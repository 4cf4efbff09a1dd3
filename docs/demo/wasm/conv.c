/* The one thing of the demo that takes time: convolutions of 3x3 pixels, four numbers at a time.

   Made into conv.wasm and conv-fma.wasm by `python tools/demo.py --compile`. An image is rows of pixels of channels, all as
   32-bit numbers, with one more pixel on every side (`frame` fills these in), so that nothing here asks where the edge is.

   Eight channels of six neighbouring pixels are computed at once: 12 sums, two vectors of weights and one number from the
   image, which are 15 of the 16 registers that a processor has at least. */

#include <wasm_simd128.h>

#ifdef __wasm_relaxed_simd__
#define ADD_PRODUCT(a, b, sum) wasm_f32x4_relaxed_madd(a, b, sum) /* one instruction where the processor has it */
#else
#define ADD_PRODUCT(a, b, sum) wasm_f32x4_add(sum, wasm_f32x4_mul(a, b))
#endif

enum { TOGETHER = 6 };

/* Some pixels of a row. `count` is known when this is compiled, so that the loops over pixels vanish. */
static inline __attribute__((always_inline)) void pixels(
    const int count, const float *in, const float *weights, const float *bias, const float *add, float *out,
    int row, int inputs, int outputs, int relu)
{
    v128_t low[TOGETHER], high[TOGETHER];
    for (int p = 0; p < count; p++) {
        low[p] = wasm_v128_load(bias);
        high[p] = wasm_v128_load(bias + 4);
    }
    for (int y = 0; y < 3; y++) {
        const float *from = in + y * row;
        for (int k = 0; k < 3 * inputs; k++) { /* three neighbours with all their channels are one piece of memory */
            v128_t first = wasm_v128_load(weights), second = wasm_v128_load(weights + 4);
            weights += 8;
            for (int p = 0; p < count; p++) {
                v128_t value = wasm_v128_load32_splat(from + k + p * inputs);
                low[p] = ADD_PRODUCT(value, first, low[p]);
                high[p] = ADD_PRODUCT(value, second, high[p]);
            }
        }
    }
    v128_t zero = wasm_f32x4_const_splat(0);
    for (int p = 0; p < count; p++) {
        if (relu) {
            low[p] = wasm_f32x4_max(low[p], zero);
            high[p] = wasm_f32x4_max(high[p], zero);
        }
        if (add) {
            low[p] = wasm_f32x4_add(low[p], wasm_v128_load(add + p * outputs));
            high[p] = wasm_f32x4_add(high[p], wasm_v128_load(add + p * outputs + 4));
        }
        wasm_v128_store(out + p * outputs, low[p]);
        wasm_v128_store(out + p * outputs + 4, high[p]);
    }
}

/* The rows from `top` to `bottom` and the columns from `left` to `right` of an image that is `width` wide. `outputs` is a
   multiple of 8, the weights are [outputs / 8][3][3][inputs][8]; `add`, an image like `out`, may be 0. */
__attribute__((export_name("convolve"))) void convolve(
    const float *in, const float *weights, const float *bias, const float *add, float *out,
    int top, int bottom, int left, int right, int width, int inputs, int outputs, int relu)
{
    int row = (width + 2) * inputs, out_row = (width + 2) * outputs;
    for (int y = top; y < bottom; y++)
        for (int channel = 0; channel < outputs; channel += 8) {
            const float *w = weights + channel * 9 * inputs;
            for (int x = left; x < right;) {
                const float *from = in + y * row + x * inputs;
                int to = (y + 1) * out_row + (x + 1) * outputs + channel;
                const float *plus = add ? add + to : 0;
                if (x + TOGETHER <= right) {
                    pixels(TOGETHER, from, w, bias + channel, plus, out + to, row, inputs, outputs, relu);
                    x += TOGETHER;
                } else {
                    pixels(1, from, w, bias + channel, plus, out + to, row, inputs, outputs, relu);
                    x += 1;
                }
            }
        }
}

/* What lies beyond the edges of an image: zeros, or the mirror image, which of one pixel is that pixel. */
__attribute__((export_name("frame"))) void frame(float *image, int height, int width, int channels, int mirror)
{
    int row = (width + 2) * channels;
    for (int y = 1; y <= height; y++)
        for (int c = 0; c < channels; c++) {
            float *from = image + y * row + c;
            from[0] = mirror ? from[channels] : 0;
            from[row - channels] = mirror ? from[row - 2 * channels] : 0;
        }
    float *last = image + (height + 1) * row;
    for (int i = 0; i < row; i++) {
        image[i] = mirror ? image[row + i] : 0;
        last[i] = mirror ? last[i - row] : 0;
    }
}
