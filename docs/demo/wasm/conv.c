/* The one thing of the demo that takes time: convolutions of 3x3 pixels, four numbers at a time.

   Made into conv.wasm and conv-fma.wasm by `python tools/demo.py --compile`. An image is rows of pixels of channels, all as
   32-bit numbers, with one more pixel on every side (`frame` fills these in), so that nothing here asks where the edge is. */

#include <wasm_simd128.h>

#ifdef __wasm_relaxed_simd__
#define ADD_PRODUCT(a, b, sum) wasm_f32x4_relaxed_madd(a, b, sum) /* one instruction where the processor has it */
#else
#define ADD_PRODUCT(a, b, sum) wasm_f32x4_add(sum, wasm_f32x4_mul(a, b))
#endif
#define INLINE static inline __attribute__((always_inline))
#define EXPORT(name) __attribute__((export_name(#name))) void name
#define load wasm_v128_load
#define store wasm_v128_store
#define plus wasm_f32x4_add
#define minus wasm_f32x4_sub

/* Eight sums for each of six pixels: 12 vectors of sums, two of weights and one number of the image are 15 registers, and
   every processor has 16. */
enum { TOGETHER = 6 };

/* Adds to the sums of `count` pixels, `step` apart, the products of `length` numbers with their weights, in each of `rows`
   rows. What is constant when this is compiled leaves no loop behind. */
INLINE void products(const int count, v128_t *low, v128_t *high, const float *in, int step, const int rows, int row, int length, const float *weights)
{
    for (int y = 0; y < rows; y++, in += row)
        for (int k = 0; k < length; k++, weights += 8) {
            v128_t first = load(weights), second = load(weights + 4);
            for (int p = 0; p < count; p++) {
                v128_t value = wasm_v128_load32_splat(in + k + p * step);
                low[p] = ADD_PRODUCT(value, first, low[p]);
                high[p] = ADD_PRODUCT(value, second, high[p]);
            }
        }
}

INLINE v128_t finished(v128_t sum, int relu, const float *add)
{
    if (relu) sum = wasm_f32x4_max(sum, wasm_f32x4_const_splat(0));
    return add ? plus(sum, load(add)) : sum;
}

/* -- plainly ------------------------------------------------------------------------------------------------------------ */

INLINE void pixels(const int count, const float *in, const float *weights, const float *bias, const float *add, float *out, int row, int inputs, int outputs, int relu)
{
    v128_t low[TOGETHER], high[TOGETHER];
    for (int p = 0; p < count; p++) low[p] = load(bias), high[p] = load(bias + 4);
    products(count, low, high, in, inputs, 3, row, 3 * inputs, weights); /* three neighbours are one piece of memory */
    for (int p = 0; p < count; p++, out += outputs, add += add ? outputs : 0) {
        store(out, finished(low[p], relu, add));
        store(out + 4, finished(high[p], relu, add ? add + 4 : 0));
    }
}

/* The rows from `top` to `bottom` and the columns from `left` to `right` of an image that is `width` wide. `outputs` is a
   multiple of 8, the weights are [outputs / 8][3][3][inputs][8]; `add`, an image like `out`, may be 0. */
EXPORT(convolve)(const float *in, const float *weights, const float *bias, const float *add, float *out, int top, int bottom, int left, int right, int width, int inputs, int outputs, int relu)
{
    int row = (width + 2) * inputs, out_row = (width + 2) * outputs;
    for (int y = top; y < bottom; y++)
        for (int channel = 0; channel < outputs; channel += 8)
            for (int x = left, count; x < right; x += count) {
                const float *from = in + y * row + x * inputs, *w = weights + channel * 9 * inputs;
                int to = (y + 1) * out_row + (x + 1) * outputs + channel;
                count = x + TOGETHER <= right ? TOGETHER : 1;
                if (count == TOGETHER)
                    pixels(TOGETHER, from, w, bias + channel, add ? add + to : 0, out + to, row, inputs, outputs, relu);
                else
                    pixels(1, from, w, bias + channel, add ? add + to : 0, out + to, row, inputs, outputs, relu);
            }
}

/* -- with a quarter of the products ------------------------------------------------------------------------------------------

   Winograd's minimal filtering F(4x4, 3x3): A. Lavin and S. Gray, "Fast algorithms for convolutional neural networks", CVPR
   2016. Squares of 6x6 pixels are transformed, multiplied number by number, and transformed back to 4x4. */

INLINE v128_t times(float number, v128_t x) { return wasm_f32x4_mul(wasm_f32x4_splat(number), x); }

/* Six numbers `step` apart, to six `to_step` apart. */
INLINE void forth(const float *d, int step, float *t, int to_step)
{
    v128_t d0 = load(d), d1 = load(d + step), d2 = load(d + 2 * step), d3 = load(d + 3 * step), d4 = load(d + 4 * step), d5 = load(d + 5 * step);
    v128_t even = minus(d4, times(4, d2)), odd = minus(d3, times(4, d1)), near = minus(d4, d2), far = times(2, minus(d3, d1));
    store(t, plus(minus(times(4, d0), times(5, d2)), d4));
    store(t + to_step, plus(even, odd));
    store(t + 2 * to_step, minus(even, odd));
    store(t + 3 * to_step, plus(near, far));
    store(t + 4 * to_step, minus(near, far));
    store(t + 5 * to_step, plus(minus(times(4, d1), times(5, d3)), d5));
}

/* Six back to four. */
INLINE void back(const float *m, int step, float *t, int to_step)
{
    v128_t m1 = load(m + step), m2 = load(m + 2 * step), m3 = load(m + 3 * step), m4 = load(m + 4 * step);
    v128_t sum = plus(m1, m2), difference = minus(m1, m2), sum2 = plus(m3, m4), difference2 = minus(m3, m4);
    store(t, plus(plus(load(m), sum), sum2));
    store(t + to_step, plus(difference, times(2, difference2)));
    store(t + 2 * to_step, plus(sum, times(4, sum2)));
    store(t + 3 * to_step, plus(plus(difference, times(8, difference2)), load(m + 5 * step)));
}

static int smaller(int a, int b) { return a < b ? a : b; }

/* As `convolve`, of at least 4x4 pixels and with a multiple of 4 inputs. The weights are [36][outputs / 8][inputs][8];
   `scratch` has room for 36 * (inputs + outputs) numbers a square, for one row of squares. The last squares of a row and of
   a column lie further in than a multiple of four, as nothing beyond may be touched. */
EXPORT(winograd)(const float *in, const float *weights, const float *bias, const float *add, float *out, int top, int bottom, int left, int right, int width, int inputs, int outputs, int relu, float *scratch)
{
    int row = (width + 2) * inputs, out_row = (width + 2) * outputs, squares = (right - left + 3) / 4;
    float *made = scratch + 36 * squares * inputs, square[36 * 4];
    for (int line = top; line < bottom; line += 4) {
        int y = smaller(line, bottom - 4);
        for (int s = 0; s < squares; s++)
            for (int c = 0; c < inputs; c += 4) {
                const float *from = in + y * row + smaller(left + 4 * s, right - 4) * inputs + c;
                for (int i = 0; i < 6; i++) forth(from + i * row, inputs, square + 24 * i, 4);
                for (int j = 0; j < 6; j++) forth(square + 4 * j, 24, scratch + (j * squares + s) * inputs + c, 6 * squares * inputs);
            }
        for (int i = 0; i < 36; i++)
            for (int channel = 0; channel < outputs; channel += 8) {
                const float *w = weights + (i * outputs + channel) * inputs;
                for (int s = 0, count; s < squares; s += count) {
                    v128_t low[TOGETHER], high[TOGETHER];
                    const float *from = scratch + (i * squares + s) * inputs;
                    float *to = made + (i * squares + s) * outputs + channel;
                    count = s + TOGETHER <= squares ? TOGETHER : 1;
                    for (int p = 0; p < TOGETHER; p++) low[p] = high[p] = wasm_f32x4_const_splat(0);
                    if (count == TOGETHER) {
                        products(TOGETHER, low, high, from, inputs, 1, 0, inputs, w);
                        for (int p = 0; p < TOGETHER; p++) store(to + p * outputs, low[p]), store(to + p * outputs + 4, high[p]);
                    } else {
                        products(1, low, high, from, inputs, 1, 0, inputs, w);
                        store(to, low[0]), store(to + 4, high[0]);
                    }
                }
            }
        for (int s = 0; s < squares; s++)
            for (int c = 0; c < outputs; c += 4) {
                int to = (y + 1) * out_row + (smaller(left + 4 * s, right - 4) + 1) * outputs + c;
                for (int i = 0; i < 6; i++) back(made + (6 * i * squares + s) * outputs + c, squares * outputs, square + 16 * i, 4);
                for (int j = 0; j < 4; j++) {
                    float column[16];
                    back(square + 4 * j, 16, column, 4);
                    for (int i = 0; i < 4; i++) {
                        int at = to + i * out_row + j * outputs;
                        store(out + at, finished(plus(load(column + 4 * i), load(bias + c)), relu, add ? add + at : 0));
                    }
                }
            }
    }
}

/* -- what lies beyond the edges: zeros, or the mirror image, which of one pixel is that pixel ------------------------------- */

EXPORT(frame)(float *image, int height, int width, int channels, int mirror)
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
