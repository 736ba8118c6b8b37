/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/demo/photo_maker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum { DPI = 350, SIZE_MIN = 14 * 1024, SIZE_MAX_BYTES = 20 * 1024, QUALITY_FIRST = 82 };

struct colour {
    double red, green, blue;
};

/* What differs from face to face. Lengths are fractions of the picture's height or width. */
struct face {
    struct colour skin, hair, coat;
    double width, height, eyes, hair_line, shoulders, light;
};

/* splitmix64: small, and the same everywhere. */
static uint64_t
next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static double
between(uint64_t *state, double low, double high)
{
    return low + (high - low) * (double)(next_random(state) >> 11) / 9007199254740992.0;
}

static struct face
make_face(uint64_t *random)
{
    double tan = between(random, -14, 14), gray = between(random, 15, 60);
    return (struct face){
        .skin = { 214 + tan, 172 + tan, 146 + tan },
        .hair = { gray, gray * 0.9, gray * 0.85 },
        .coat = { between(random, 20, 160), between(random, 20, 160), between(random, 20, 160) },
        .width = between(random, 0.23, 0.28),
        .height = between(random, 0.25, 0.29),
        .eyes = between(random, 0.085, 0.105),
        .hair_line = between(random, 0.10, 0.17),
        .shoulders = between(random, 0.36, 0.46),
        .light = between(random, -0.25, 0.25),
    };
}

/* Inside the ellipse below 1, on its edge 1. */
static double
ellipse(double x, double y, double width, double height)
{
    return x * x / (width * width) + y * y / (height * height);
}

/* The colour at a point; the origin is between the eyes, y grows downwards. */
static struct colour
paint(const struct face *face, double x, double y)
{
    struct colour at = { 255, 255, 255 };
    if (ellipse(x, y - 0.62, face->shoulders, 0.28) < 1)
        at = face->coat;
    if (fabs(x) < 0.10 && y > 0.15 && y < 0.40)
        at = face->skin;
    if (ellipse(x, y - 0.02, face->width * 1.08, face->height * 1.06) < 1 && y < 0.05)
        at = face->hair;
    if (ellipse(x, y - 0.04, face->width, face->height) < 1 && y > -face->hair_line)
        at = face->skin;
    double side = fabs(x) - face->eyes;
    if (ellipse(side, y + 0.045, 0.05, 0.010) < 1)
        at = face->hair;
    if (ellipse(side, y, 0.038, 0.016) < 1)
        at = ellipse(side, y, 0.015, 0.015) < 1 ? face->hair : (struct colour){ 245, 243, 240 };
    if (ellipse(x, y - 0.10, 0.025, 0.012) < 1 || ellipse(x, y - 0.185, 0.065, 0.016) < 1)
        at = (struct colour){ 176, 100, 92 };
    return at;
}

static uint8_t
shade(double value, double light, double grain)
{
    double shaded = value * light + grain;
    return shaded < 0 ? 0 : shaded > 255 ? 255 : (uint8_t)shaded;
}

/* Everything but the white ground gets light from one side and the grain of a sensor. */
static void
draw_row(const struct face *face, const struct photo_request *request, unsigned row,
         uint64_t *random, uint8_t *ret_row)
{
    unsigned channels = request->gray ? 1 : 3;
    for (unsigned column = 0; column < request->width; column++) {
        double x = ((double)column - request->width / 2.0) / request->width;
        double y = (double)row / request->height - 0.42;
        struct colour at = paint(face, x, y);
        bool ground = at.red == 255;
        double light = ground ? 1 : 1 + face->light * x - 0.3 * ellipse(x, y, 1, 1);
        double grain = ground ? 0 : between(random, -9, 9);
        uint8_t *pixel = ret_row + (size_t)column * channels;
        pixel[0] = shade(at.red, light, grain);
        if (!request->gray) {
            pixel[1] = shade(at.green, light, grain);
            pixel[2] = shade(at.blue, light, grain);
        }
    }
}

static uint8_t *
draw(const struct photo_request *request)
{
    uint64_t random = request->seed * 2 + 1;
    struct face face = make_face(&random);
    size_t row_bytes = (size_t)request->width * (request->gray ? 1 : 3);
    uint8_t *pixels = malloc(row_bytes * request->height);
    for (unsigned row = 0; pixels != NULL && row < request->height; row++)
        draw_row(&face, request, row, &random, pixels + row * row_bytes);
    return pixels;
}

static size_t
compress_pixels(const struct photo_request *request, uint8_t *pixels, uint8_t *ret_jpeg)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors; /* the library's own: a test may end on an error */
    unsigned char *out = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &out, &size);
    jpeg.image_width = request->width;
    jpeg.image_height = request->height;
    jpeg.input_components = request->gray ? 1 : 3;
    jpeg.in_color_space = request->gray ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, (int)request->quality, TRUE);
    if (request->progressive)
        jpeg_simple_progression(&jpeg);
    jpeg.density_unit = 1; /* dots per inch */
    jpeg.X_density = DPI;
    jpeg.Y_density = DPI;
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row =
            pixels + (size_t)jpeg.next_scanline * request->width * (unsigned)jpeg.input_components;
        (void)jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    if (size <= PHOTO_MAKER_ROOM)
        memcpy(ret_jpeg, out, size);
    free(out);
    return size <= PHOTO_MAKER_ROOM ? size : 0;
}

size_t
photo_make(const struct photo_request *request, uint8_t *ret_jpeg)
{
    struct photo_request full = *request;
    if (full.width == 0 || full.height == 0) {
        full.width = 358;
        full.height = 441;
    }
    uint8_t *pixels = draw(&full);
    if (pixels == NULL)
        return 0;
    bool fixed = full.quality != 0;
    size_t size = 0;
    if (!fixed)
        full.quality = QUALITY_FIRST;
    for (unsigned step = 12; step > 0; step = step * 2 / 3) {
        size = compress_pixels(&full, pixels, ret_jpeg);
        if (fixed || (size >= SIZE_MIN && size <= SIZE_MAX_BYTES))
            break;
        if (size != 0 && size < SIZE_MIN)
            full.quality = full.quality + step > 98 ? 98 : full.quality + step;
        else
            full.quality -= step;
    }
    free(pixels);
    return size;
}

void
photo_make_template(uint64_t seed, uint8_t ret_template[PHOTO_MAKER_TEMPLATE_BYTES])
{
    uint64_t random = seed ^ 0x5bf0a8b1457695e3;
    for (size_t i = 0; i < PHOTO_MAKER_TEMPLATE_BYTES; i++)
        ret_template[i] = (uint8_t)(next_random(&random) >> 56);
}
