/* SPDX-License-Identifier: Apache-2.0 */
#include "common/web/api/page.h"

#include <string.h>

/* ---- texts ---- */

static void
write_escaped(struct page *page, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        switch (text[i]) {
        case '<':
            fputs("&lt;", page->out);
            break;
        case '>':
            fputs("&gt;", page->out);
            break;
        case '&':
            fputs("&amp;", page->out);
            break;
        default:
            fputc(text[i], page->out);
        }
}

/* [words](#place): false when it is none. */
static bool
write_link(struct page *page, const char *text, const char **ret_rest)
{
    const char *middle = strstr(text, "](#"), *end = strchr(text, ')');
    const char *bracket = strchr(text, ']');
    if (middle == NULL || end == NULL || bracket != middle)
        return false;
    fprintf(page->out, "<a href=\"%.*s\">", (int)(end - middle - 2), middle + 2);
    write_escaped(page, text + 1, (size_t)(middle - text - 1));
    fputs("</a>", page->out);
    *ret_rest = end + 1;
    return true;
}

static void
write_html(struct page *page, const char *text)
{
    while (*text != '\0') {
        const char *end = text[0] == '`' ? strchr(text + 1, '`') : NULL;
        if (text[0] == '[' && write_link(page, text, &text))
            continue;
        if (end != NULL) {
            fputs("<code>", page->out);
            write_escaped(page, text + 1, (size_t)(end - text - 1));
            fputs("</code>", page->out);
            text = end + 1;
        } else
            write_escaped(page, text++, 1);
    }
}

static void
write_markdown(struct page *page, const char *text)
{
    bool code = false;
    for (; *text != '\0'; text++) {
        code ^= *text == '`';
        if (*text == '|')
            fputs("\\|", page->out);
        else if (*text == '<' && !code)
            fputs("&lt;", page->out);
        else
            fputc(*text, page->out);
    }
}

static void
write_text(struct page *page, const char *text)
{
    if (page->html)
        write_html(page, text);
    else
        write_markdown(page, text);
}

/* ---- the page ---- */

void
page_begin(struct page *page, const char *title, const char *note)
{
    if (!page->html) {
        fprintf(page->out, "# %s\n\n%s\n", title, note);
        return;
    }
    fprintf(page->out,
            "<!doctype html>\n<!-- SPDX-License-Identifier: Apache-2.0 -->\n<html lang=\"en\">\n"
            "<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light\">\n<title>%s</title>\n"
            "<link rel=\"icon\" href=\"/yidi.svg\" type=\"image/svg+xml\">\n"
            "<link rel=\"stylesheet\" href=\"/console.css\">\n"
            "<link rel=\"stylesheet\" href=\"/docs.css\">\n</head>\n<body class=\"docs\">\n"
            "<header><a class=\"brand\" href=\"/\"><img src=\"/yidi.svg\" alt=\"\" width=\"26\" "
            "height=\"26\"><b>%s</b></a></header>\n<div class=\"frame\">\n",
            title, title);
}

bool
page_end(struct page *page)
{
    if (page->html)
        fputs("</main>\n</div>\n</body>\n</html>\n", page->out);
    return fflush(page->out) == 0 && ferror(page->out) == 0;
}

void
page_contents_begin(struct page *page)
{
    fputs(page->html ? "<nav aria-label=\"contents\">\n" : "\n", page->out);
}

void
page_contents_group(struct page *page, const char *title)
{
    if (page->html)
        fprintf(page->out, "<h2>%s</h2>\n", title);
    else
        fprintf(page->out, "\n- **%s:**", title);
}

void
page_contents_entry(struct page *page, const char *place, const char *words)
{
    if (page->html)
        fprintf(page->out, "<a href=\"#%s\">%s</a>\n", place, words);
    else
        fprintf(page->out, " [%s](#%s)", words, place);
}

void
page_contents_end(struct page *page)
{
    fputs(page->html ? "</nav>\n<main id=\"main\">\n" : "\n", page->out);
}

/* ---- its parts ---- */

void
page_heading(struct page *page, int level, const char *place, const char *words)
{
    if (page->html)
        fprintf(page->out, "<h%d id=\"%s\"><a href=\"#%s\">%s</a></h%d>\n", level, place, place,
                words, level);
    else
        fprintf(page->out, "\n%s %s\n", level == 2 ? "##" : "###", words);
}

void
page_paragraph(struct page *page, const char *text)
{
    fputs(page->html ? "<p>" : "\n", page->out);
    write_text(page, text);
    fputs(page->html ? "</p>\n" : "\n", page->out);
}

void
page_code(struct page *page, const char *text)
{
    if (!page->html) {
        fprintf(page->out, "\n```\n%s\n```\n", text);
        return;
    }
    fputs("<pre>", page->out);
    write_escaped(page, text, strlen(text));
    fputs("</pre>\n", page->out);
}

/* ---- tables ---- */

static void
write_cells(struct page *page, const char *tag, const char *const *cells, size_t count)
{
    fputs(page->html ? "<tr>" : "|", page->out);
    for (size_t i = 0; i < count; i++) {
        if (page->html)
            fprintf(page->out, "<%s>", tag);
        else
            fputc(' ', page->out);
        write_text(page, cells[i]);
        if (page->html)
            fprintf(page->out, "</%s>", tag);
        else
            fputs(" |", page->out);
    }
    fputs(page->html ? "</tr>\n" : "\n", page->out);
}

void
page_table(struct page *page, const char *const *heads, size_t count)
{
    fputs(page->html ? "<div class=\"scroll\"><table>\n<thead>" : "\n", page->out);
    write_cells(page, "th", heads, count);
    if (page->html) {
        fputs("</thead>\n<tbody>\n", page->out);
        return;
    }
    for (size_t i = 0; i < count; i++)
        fputs(i == 0 ? "|---|" : "---|", page->out);
    fputc('\n', page->out);
}

void
page_row(struct page *page, const char *const *cells, size_t count)
{
    write_cells(page, "td", cells, count);
}

void
page_table_end(struct page *page)
{
    if (page->html)
        fputs("</tbody>\n</table></div>\n", page->out);
}
