/* SPDX-License-Identifier: Apache-2.0
 *
 * The only file that includes jpeglib.h.
 */
#include "common/io/photo.h"

#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs FILE */

#include <jpeglib.h>

#include "common/core/limits.h"

#define PHOTO_FIELD "photo"

enum {
    SCALE_DENOMINATOR = 8, /* every coefficient is still read; only the pixels are fewer */
    ROW_BYTES_MAX = 3 * (PHOTO_WIDTH_PIXELS / SCALE_DENOMINATOR + 1),
    SCANS_MAX = 32, /* of a progressive picture; usual are 10 */
    DECODER_BYTES_MAX = 8 * 1024 * 1024,
};

struct decoder {
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

static enum result
check_header(const struct jpeg_decompress_struct *jpeg, struct refusal *ret_refusal)
{
    if (jpeg->image_width != PHOTO_WIDTH_PIXELS || jpeg->image_height != PHOTO_HEIGHT_PIXELS)
        return refuse(ret_refusal, REFUSAL_PHOTO_INVALID, PHOTO_FIELD,
                      "%dx%d pixels; this one has %ux%u", PHOTO_WIDTH_PIXELS, PHOTO_HEIGHT_PIXELS,
                      jpeg->image_width, jpeg->image_height);
    if (jpeg->num_components != 3 || jpeg->data_precision != 8)
        return refuse(ret_refusal, REFUSAL_PHOTO_INVALID, PHOTO_FIELD,
                      "24-bit colour; this one has %d components of %d bit", jpeg->num_components,
                      jpeg->data_precision);
    if (jpeg->arith_code)
        return refuse(ret_refusal, REFUSAL_PHOTO_INVALID, PHOTO_FIELD,
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
        return refuse(ret_refusal, REFUSAL_PHOTO_INVALID, PHOTO_FIELD,
                      "a whole JPEG picture; this one is damaged, cut off or something else");
    jpeg_create_decompress(jpeg);
    jpeg->mem->max_memory_to_use = DECODER_BYTES_MAX;
    jpeg_mem_src(jpeg, bytes.data, bytes.size);
    jpeg_read_header(jpeg, TRUE);
    if (check_header(jpeg, ret_refusal) != OK)
        return ERR_REFUSED;
    jpeg->progress = &decoder->progress;
    decode_rows(jpeg);
    if (jpeg->src->bytes_in_buffer != 0)
        return refuse(ret_refusal, REFUSAL_PHOTO_INVALID, PHOTO_FIELD,
                      "nothing behind the picture; this file goes on for %zu bytes",
                      jpeg->src->bytes_in_buffer);
    return OK;
}

enum result
photo_check(struct bytes jpeg, struct refusal *ret_refusal)
{
    if (jpeg.size < PHOTO_BYTES_MIN || jpeg.size > PHOTO_BYTES_MAX)
        return refuse(ret_refusal, REFUSAL_PHOTO_INVALID, PHOTO_FIELD,
                      "%d to %d bytes; this one has %zu", PHOTO_BYTES_MIN, PHOTO_BYTES_MAX,
                      jpeg.size);
    struct decoder decoder = { 0 };
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
