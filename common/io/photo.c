/* SPDX-License-Identifier: Apache-2.0
 *
 * The only file that includes jpeglib.h.
 */
#include "common/io/photo.h"

#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs FILE */

#include <jpeglib.h>

#include "common/core/limits.h"

enum {
    SCALE_DENOMINATOR = 8, /* every coefficient is still read; only the pixels are fewer */
    ROW_BYTES_MAX = 3 * (GUARDIAN_PHOTO_SIDE_MAX_PIXELS / SCALE_DENOMINATOR + 1),
    SCANS_MAX = 32, /* of a progressive picture; usual are 10 */
    DECODER_BYTES_MAX = 8 * 1024 * 1024,
};

_Static_assert((int)PHOTO_WIDTH_PIXELS <= (int)GUARDIAN_PHOTO_SIDE_MAX_PIXELS, "a row has room");

struct range {
    unsigned min, max; /* pixels */
};

/* What one kind of photo must be, and how it is called when it is not. */
struct kind {
    enum refusal_code code;
    const char *field;
    struct range width, height;
};

struct decoder {
    const struct kind *kind;
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
};

/* Instead of exit(). */
_Noreturn static void
leave(j_common_ptr jpeg)
{
    struct decoder *decoder = jpeg->client_data;
    longjmp(decoder->failed, 1);
}

/* Instead of stderr. A warning means damaged data that the library would paint over. */
static void
leave_on_warning(j_common_ptr jpeg, int level)
{
    if (level < 0)
        leave(jpeg);
}

static void
leave_on_many_scans(j_common_ptr jpeg)
{
    const struct decoder *decoder = jpeg->client_data;
    if (decoder->jpeg.input_scan_number > SCANS_MAX)
        leave(jpeg);
}

static bool
is_in(struct range range, unsigned pixels)
{
    return pixels >= range.min && pixels <= range.max;
}

static enum result
check_pixels(const struct jpeg_decompress_struct *jpeg, const struct kind *kind,
             struct refusal *ret_refusal)
{
    const struct range width = kind->width, height = kind->height;
    if (is_in(width, jpeg->image_width) && is_in(height, jpeg->image_height))
        return OK;
    if (width.min == width.max)
        return refuse(ret_refusal, kind->code, kind->field, "%ux%u pixels; this one has %ux%u",
                      width.min, height.min, jpeg->image_width, jpeg->image_height);
    return refuse(ret_refusal, kind->code, kind->field, "%ux%u to %ux%u pixels; this one has %ux%u",
                  width.min, height.min, width.max, height.max, jpeg->image_width,
                  jpeg->image_height);
}

static enum result
check_header(const struct jpeg_decompress_struct *jpeg, const struct kind *kind,
             struct refusal *ret_refusal)
{
    if (check_pixels(jpeg, kind, ret_refusal) != OK)
        return ERR_REFUSED;
    if (jpeg->num_components != 3 || jpeg->data_precision != 8)
        return refuse(ret_refusal, kind->code, kind->field,
                      "24-bit colour; this one has %d components of %d bit", jpeg->num_components,
                      jpeg->data_precision);
    if (jpeg->arith_code)
        return refuse(ret_refusal, kind->code, kind->field,
                      "Huffman coding; this one is arithmetic coded");
    return OK;
}

static void
decode_rows(struct jpeg_decompress_struct *jpeg)
{
    uint8_t row[ROW_BYTES_MAX];
    JSAMPROW rows[] = { row };
    jpeg->scale_num = 1;
    jpeg->scale_denom = SCALE_DENOMINATOR;
    jpeg->out_color_space = JCS_RGB;
    jpeg->do_fancy_upsampling = FALSE;
    jpeg_start_decompress(jpeg);
    if (jpeg->output_width * (unsigned)jpeg->output_components > sizeof row)
        leave((j_common_ptr)jpeg);
    while (jpeg->output_scanline < jpeg->output_height)
        (void)jpeg_read_scanlines(jpeg, rows, 1);
    jpeg_finish_decompress(jpeg);
}

/* Read the whole picture; what fails inside the library comes back by longjmp. */
static enum result
decode(struct decoder *decoder, struct bytes bytes, struct refusal *ret_refusal)
{
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (setjmp(decoder->failed) != 0)
        return refuse(ret_refusal, decoder->kind->code, decoder->kind->field,
                      "a whole JPEG picture; this one is damaged, cut off or something else");
    jpeg_create_decompress(jpeg);
    jpeg->mem->max_memory_to_use = DECODER_BYTES_MAX;
    jpeg_mem_src(jpeg, bytes.data, bytes.size);
    jpeg_read_header(jpeg, TRUE);
    if (check_header(jpeg, decoder->kind, ret_refusal) != OK)
        return ERR_REFUSED;
    jpeg->progress = &decoder->progress;
    decode_rows(jpeg);
    if (jpeg->src->bytes_in_buffer != 0)
        return refuse(ret_refusal, decoder->kind->code, decoder->kind->field,
                      "nothing behind the picture; this file goes on for %zu bytes",
                      jpeg->src->bytes_in_buffer);
    return OK;
}

static enum result
check(struct bytes jpeg, const struct kind *kind, struct refusal *ret_refusal)
{
    if (jpeg.size < PHOTO_BYTES_MIN || jpeg.size > PHOTO_BYTES_MAX)
        return refuse(ret_refusal, kind->code, kind->field, "%d to %d bytes; this one has %zu",
                      PHOTO_BYTES_MIN, PHOTO_BYTES_MAX, jpeg.size);
    struct decoder decoder = { .kind = kind };
    decoder.jpeg.err = jpeg_std_error(&decoder.errors);
    decoder.jpeg.client_data = &decoder;
    decoder.errors.error_exit = leave;
    decoder.errors.emit_message = leave_on_warning;
    decoder.progress.progress_monitor = leave_on_many_scans;
    enum result result = decode(&decoder, jpeg, ret_refusal);
    jpeg_destroy_decompress(&decoder.jpeg);
    return result;
}

enum result
photo_check(struct bytes jpeg, struct refusal *ret_refusal)
{
    static const struct kind portrait = { REFUSAL_PHOTO_INVALID,
                                          "photo",
                                          { PHOTO_WIDTH_PIXELS, PHOTO_WIDTH_PIXELS },
                                          { PHOTO_HEIGHT_PIXELS, PHOTO_HEIGHT_PIXELS } };
    return check(jpeg, &portrait, ret_refusal);
}

enum result
photo_check_guardian(struct bytes jpeg, struct refusal *ret_refusal)
{
    static const struct range side = { GUARDIAN_PHOTO_SIDE_MIN_PIXELS,
                                       GUARDIAN_PHOTO_SIDE_MAX_PIXELS };
    const struct kind together = { REFUSAL_GUARDIAN_PHOTO_INVALID, "form.guardian.photo_digest",
                                   side, side };
    return check(jpeg, &together, ret_refusal);
}

enum result
fingerprint_check(struct bytes template_bytes, struct refusal *ret_refusal)
{
    if (template_bytes.size != FINGERPRINT_BYTES)
        return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, "fingerprint",
                      "a template of %d bytes; this one has %zu", FINGERPRINT_BYTES,
                      template_bytes.size);
    if (memcmp(template_bytes.data, template_bytes.data + 1, template_bytes.size - 1) == 0)
        return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, "fingerprint",
                      "a template; in this one every byte is 0x%02x", template_bytes.data[0]);
    return OK;
}
