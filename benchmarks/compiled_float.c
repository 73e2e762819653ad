/* Plain SGD on a network of sigmoids in float32, one sample at a time: what compiled_float.py times.
 *
 * The first junction keeps its edges by left neuron and passes over inputs that are 0, of which
 * images are full. The others are matrices with a row per right neuron, whose mask says how many
 * edges join a pair. Nothing is allocated, and nothing becomes subnormal.
 */
#include <stdint.h>
#include <string.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

/* 1 / (1 + exp(-s)), to the last bits of a float: 2^x = 2^(whole part) p(fraction). */
static void sigmoids(float *restrict values, int64_t count)
{
    for (int64_t n = 0; n < count; n++) {
        float x = -1.44269504f * values[n];
        x = x > 126.0f ? 126.0f : x;
        x = x < -126.0f ? -126.0f : x;
        int32_t whole = (int32_t)(x + 127.5f) - 127; /* to the nearest, as x + 127 is positive */
        float f = x - (float)whole;
        float p = 1.33335581e-3f + 1.54035304e-4f * f;
        p = 9.61812911e-3f + p * f;
        p = 5.55041087e-2f + p * f;
        p = 2.40226507e-1f + p * f;
        p = 6.93147181e-1f + p * f;
        p = 1.0f + p * f;
        int32_t bits = (whole + 127) << 23;
        float power;
        memcpy(&power, &bits, sizeof power);
        values[n] = 1.0f / (1.0f + power * p);
    }
}

/* Train all samples; returns how many were predicted rightly before they were learnt.
 *
 * layers: N_0 .. N_L of `junctions` = L. `edges`, `right`: weight and right neuron of every edge of
 * junction 1, by left neuron, all with the same degree. `matrices`, `masks`: junctions 2 to L.
 * `biases`, and `values` and `deltas` as scratch: layers 1 to L, one behind the other.
 */
int64_t train(int64_t samples, const float *restrict features, const int64_t *restrict labels,
              float rate, int64_t junctions, const int64_t *restrict layers, int64_t classes,
              int64_t degree, float *restrict edges, const uint32_t *restrict right,
              float *restrict matrices, const float *restrict masks, float *restrict biases,
              float *restrict values, float *restrict deltas, uint32_t *restrict active)
{
    int64_t neurons = 0, correct = 0;
#ifdef __SSE__
    unsigned int before = _mm_getcsr();
    _mm_setcsr(before | 0x8040); /* flush to zero, denormals are zero */
#endif
    for (int64_t i = 1; i <= junctions; i++)
        neurons += layers[i];
    float *restrict outputs = values + neurons - layers[junctions];
    for (int64_t n = 0; n < samples; n++) {
        const float *restrict inputs = features + n * layers[0];
        int64_t fired = 0;
        for (int64_t left = 0; left < layers[0]; left++) {
            active[fired] = (uint32_t)left;
            fired += inputs[left] != 0.0f;
        }
        memcpy(values, biases, (size_t)neurons * sizeof *values);
        for (int64_t k = 0; k < fired; k++) {
            int64_t left = active[k];
            for (int64_t e = left * degree; e < (left + 1) * degree; e++)
                values[right[e]] += edges[e] * inputs[left];
        }
        sigmoids(values, layers[1]);
        float *restrict weights = matrices;
        float *restrict from = values;
        for (int64_t i = 1; i < junctions; i++) {
            float *restrict to = from + layers[i];
            for (int64_t r = 0; r < layers[i + 1]; r++) {
                float sum = 0.0f;
                for (int64_t left = 0; left < layers[i]; left++)
                    sum += weights[left] * from[left];
                to[r] += sum;
                weights += layers[i];
            }
            sigmoids(to, layers[i + 1]);
            from = to;
        }

        int64_t best = 0;
        for (int64_t r = 1; r < classes; r++)
            best = outputs[r] > outputs[best] ? r : best;
        correct += best == labels[n];

        int64_t first = neurons - layers[junctions], place = weights - matrices;
        for (int64_t r = first; r < neurons; r++)
            deltas[r] = values[r];
        deltas[first + labels[n]] -= 1.0f;
        for (int64_t i = junctions - 1; i > 0; i--) {
            int64_t before_first = first - layers[i];
            float *restrict left_deltas = deltas + before_first;
            const float *restrict left_values = values + before_first;
            memset(left_deltas, 0, (size_t)layers[i] * sizeof *deltas);
            place -= layers[i] * layers[i + 1];
            for (int64_t r = 0; r < layers[i + 1]; r++) {
                float *restrict row = matrices + place + r * layers[i];
                const float *restrict mask = masks + place + r * layers[i];
                float delta = deltas[first + r], step = rate * delta;
                for (int64_t left = 0; left < layers[i]; left++) {
                    left_deltas[left] += row[left] * delta;
                    row[left] -= step * left_values[left] * mask[left];
                }
            }
            for (int64_t left = 0; left < layers[i]; left++)
                left_deltas[left] *= left_values[left] * (1.0f - left_values[left]);
            first = before_first;
        }
        for (int64_t k = 0; k < fired; k++) {
            int64_t left = active[k];
            float step = rate * inputs[left];
            for (int64_t e = left * degree; e < (left + 1) * degree; e++)
                edges[e] -= step * deltas[right[e]];
        }
        for (int64_t r = 0; r < neurons; r++)
            biases[r] -= rate * deltas[r];
    }
#ifdef __SSE__
    _mm_setcsr(before);
#endif
    return correct;
}
