/* The one receiver of `dateline bench fanout`, the same for every candidate: opens connections, reads whatever
 * comes, and notes when each message was there.
 *
 *   receiver HOST PORT CONNECTIONS REQUESTS READY NETWORK [STALLED [BEFORE]]
 *
 * REQUESTS is a file of request heads, each behind its length as four little-endian bytes; connection i sends
 * number i modulo their count. A connection is ready when READY was seen in its answer. Sources are spread over
 * 127.NETWORK.0.0/16, 15,000 to an address, so that ports never run out. A message carries its number and the
 * instant it was published at, CLOCK_MONOTONIC in ns, as "~mark:NUMBER:NANOSECONDS~". The last STALLED
 * connections never read again once they are ready. With BEFORE, those that are closed come back after a random
 * part of a second with `Last-Event-ID: bench-N`, N being BEFORE and the newest number they have seen.
 *
 * Prints "ready COUNT"; then answers each line on standard input: "count NUMBER" with "COUNT CLOSED";
 * "told NUMBER" with "COUNT MEDIAN_NS P99_NS LAST_NS TWICE"; "tenths NUMBER" with the delays of the first, of
 * each further tenth and of the last; anything else ends it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

#define OPENING 64           /* at most so many connections under way */
#define PER_ADDRESS 15000
#define MESSAGES 4096        /* numbers are kept modulo this */
#define CARRY 63             /* longer than any mark and any READY */
#define BUFFER (256 * 1024)
#define AGAIN_MS 1000
#define HEAD 16384

struct line {
    int fd;
    uint8_t ready, kept, stalled, known;
    int64_t again_at;        /* when it comes back, 0 = it does not wait for that */
    uint32_t last;           /* the newest number seen, to find repeats */
    char carry[CARRY + 1];   /* the end of what came, where a mark may be cut in two */
};

static struct line *lines;
static long before = -1;
static size_t waiting_again;
static size_t total, opened, ready, closed_count, stalled_count, under_way;
static uint32_t *counts, *twice;
static int64_t **delays;
static char **requests;
static uint32_t *request_bytes;
static size_t request_count;
static const char *ready_word;
static int poll_fd;
static struct sockaddr_in server;
static int network;
static char buffer[CARRY + BUFFER + 1];

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what)
{
    fprintf(stderr, "receiver: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void read_requests(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint32_t bytes;
    if (!file)
        die(path);
    while (fread(&bytes, 4, 1, file) == 1) {
        requests = realloc(requests, (request_count + 1) * sizeof *requests);
        request_bytes = realloc(request_bytes, (request_count + 1) * sizeof *request_bytes);
        requests[request_count] = malloc(bytes);
        if (fread(requests[request_count], 1, bytes, file) != bytes)
            die("a request is cut off");
        request_bytes[request_count++] = bytes;
    }
    fclose(file);
    if (!request_count) {
        fprintf(stderr, "receiver: no request in %s\n", path);
        exit(1);
    }
}

static void open_line(size_t i)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.u64 = i};
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0)
        die("socket");
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    from.sin_addr.s_addr = htonl((127u << 24) | ((uint32_t)network << 16) | (1u + (uint32_t)(i / PER_ADDRESS)));
    if (bind(fd, (struct sockaddr *)&from, sizeof from))
        die("bind");
    if (connect(fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS && before < 0)
        die("connect");
    lines[i].fd = fd;
    under_way++;
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event))
        die("epoll_ctl");
}

static void lose(struct line *line)
{
    if (line->fd < 0)
        return;
    close(line->fd);
    line->fd = -1;
    closed_count++;
    if (!line->ready)
        under_way--;
    if (before >= 0 && !line->stalled) {
        line->ready = line->kept = 0;
        line->again_at = now_ns() + 1000000LL * (1 + rand() % AGAIN_MS);
        waiting_again++;
    }
}

/* Opens those whose time has come, some at once. */
static void come_back(void)
{
    int64_t now = now_ns();
    for (size_t i = 0; waiting_again && i < opened && under_way < OPENING; i++) {
        if (!lines[i].again_at || lines[i].again_at > now)
            continue;
        lines[i].again_at = 0;
        waiting_again--;
        open_line(i);
    }
}

static void note(struct line *line, uint32_t number, int64_t published, int64_t now)
{
    uint32_t at = number % MESSAGES;
    if (number <= line->last) {
        twice[at]++;
        return;
    }
    line->last = number;
    if (!delays[at])
        delays[at] = malloc(total * sizeof **delays);
    delays[at][counts[at]++] = now - published;
}

/* Marks that are whole; an unfinished one stays in the carry. */
static void find_marks(struct line *line, char *from, char *end, int64_t now)
{
    char *at = from;
    while ((at = memmem(at, (size_t)(end - at), "~mark:", 6))) {
        char *close_at = memchr(at + 1, '~', (size_t)(end - at - 1));
        char *colon;
        if (!close_at)
            return;
        colon = memchr(at + 6, ':', (size_t)(close_at - at - 6));
        if (colon)
            note(line, (uint32_t)strtoul(at + 6, NULL, 10), strtoll(colon + 1, NULL, 10), now);
        at = close_at + 1;
    }
}

static void keep_end(struct line *line, char *from, char *end)
{
    /* Only behind the last whole mark, so that no mark is counted twice. */
    char *open_at = NULL, *at = from;
    while ((at = memmem(at, (size_t)(end - at), "~mark:", 6))) {
        char *close_at = memchr(at + 1, '~', (size_t)(end - at - 1));
        if (!close_at) {
            open_at = at;
            break;
        }
        at = close_at + 1;
        from = at;
    }
    if (!open_at)
        open_at = end - from > 5 ? end - 5 : from;
    if (end - open_at > CARRY)
        open_at = end - CARRY;
    line->kept = (uint8_t)(end - open_at);
    memcpy(line->carry, open_at, line->kept);
}

static void take(size_t i)
{
    struct line *line = &lines[i];
    for (int turn = 0; turn < 4; turn++) {
        char *start = buffer + CARRY - line->kept;
        ssize_t got = recv(line->fd, buffer + CARRY, BUFFER, 0);
        char *end = buffer + CARRY + got;
        int64_t now;
        if (got == 0 || (got < 0 && errno != EAGAIN)) {
            lose(line);
            return;
        }
        if (got < 0)
            return;
        now = now_ns();
        memcpy(start, line->carry, line->kept);
        if (!line->ready) {
            if (!memmem(start, (size_t)(end - start), ready_word, strlen(ready_word))) {
                size_t bytes = (size_t)(end - start);
                line->kept = (uint8_t)(bytes > CARRY ? CARRY : bytes);
                memcpy(line->carry, end - line->kept, line->kept);
                continue;
            }
            line->ready = 1;
            if (!line->known)
                ready++;
            line->known = 1;
            under_way--;
            if (i >= total - stalled_count) {
                struct epoll_event none = {.events = 0, .data.u64 = i};
                line->stalled = 1;
                epoll_ctl(poll_fd, EPOLL_CTL_MOD, line->fd, &none);
                return;
            }
        }
        find_marks(line, start, end, now);
        keep_end(line, start, end);
        if (got < BUFFER)
            return;
    }
}

static void say(size_t i)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = i};
    size_t which = i % request_count;
    int failed = 0;
    socklen_t bytes = sizeof failed;
    getsockopt(lines[i].fd, SOL_SOCKET, SO_ERROR, &failed, &bytes);
    uint32_t size = request_bytes[which];
    const char *head = requests[which];
    char resumed[HEAD];
    if (lines[i].known && size < HEAD - 64) {
        memcpy(resumed, head, size - 2);  /* without the empty line */
        size = size - 2
            + (uint32_t)sprintf(resumed + size - 2, "Last-Event-ID: bench-%ld\r\n\r\n", before + lines[i].last);
        head = resumed;
    }
    if (failed || send(lines[i].fd, head, size, MSG_NOSIGNAL) != size) {
        lose(&lines[i]);
        return;
    }
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, lines[i].fd, &event);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void answer(const char *words)
{
    unsigned number;
    if (sscanf(words, "count %u", &number) == 1) {
        printf("%u %zu\n", counts[number % MESSAGES], closed_count);
    } else if (sscanf(words, "told %u", &number) == 1) {
        uint32_t at = number % MESSAGES, n = counts[at];
        int64_t *all = delays[at];
        if (!n) {
            printf("0 0 0 0 0\n");
        } else {
            qsort(all, n, sizeof *all, by_size);
            printf("%u %lld %lld %lld %u\n", n, (long long)all[n / 2], (long long)all[(uint64_t)(n - 1) * 99 / 100],
                   (long long)all[n - 1], twice[at]);
        }
    } else if (sscanf(words, "tenths %u", &number) == 1) {
        uint32_t at = number % MESSAGES, n = counts[at];
        int64_t *all = delays[at];
        if (n)
            qsort(all, n, sizeof *all, by_size);
        for (uint32_t tenth = 0; n && tenth <= 10; tenth++)
            printf("%lld ", (long long)all[(uint64_t)(n - 1) * tenth / 10]);
        printf("\n");
    } else {
        exit(0);
    }
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct epoll_event events[1024], input = {.events = EPOLLIN, .data.u64 = UINT64_MAX};
    char words[128];
    int told = 0;
    if (argc < 7) {
        fprintf(stderr, "receiver HOST PORT CONNECTIONS REQUESTS READY NETWORK [STALLED [BEFORE]]\n");
        return 2;
    }
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)atoi(argv[2]));
    inet_pton(AF_INET, argv[1], &server.sin_addr);
    total = strtoul(argv[3], NULL, 10);
    read_requests(argv[4]);
    ready_word = argv[5];
    network = atoi(argv[6]);
    stalled_count = argc > 7 ? strtoul(argv[7], NULL, 10) : 0;
    before = argc > 8 ? strtol(argv[8], NULL, 10) : -1;
    srand((unsigned)network);
    lines = calloc(total, sizeof *lines);
    counts = calloc(MESSAGES, sizeof *counts);
    twice = calloc(MESSAGES, sizeof *twice);
    delays = calloc(MESSAGES, sizeof *delays);
    for (size_t i = 0; i < total; i++)
        lines[i].fd = -1;
    poll_fd = epoll_create1(0);
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &input))
        die("standard input");
    for (;;) {
        int n;
        while (opened < total && under_way < OPENING)
            open_line(opened++);
        if (waiting_again)
            come_back();
        n = epoll_wait(poll_fd, events, 1024, waiting_again ? 10 : 1000);
        for (int e = 0; e < n; e++) {
            size_t i = events[e].data.u64;
            if (events[e].data.u64 == UINT64_MAX) {
                if (!fgets(words, sizeof words, stdin))
                    return 0;
                answer(words);
                continue;
            }
            if (lines[i].fd < 0)
                continue;
            if (lines[i].stalled) {
                if (events[e].events & (EPOLLHUP | EPOLLERR))
                    lose(&lines[i]);
                continue;
            }
            if (events[e].events & EPOLLOUT)
                say(i);
            else
                take(i);
        }
        if (!told && (ready >= total || (before < 0 && ready + closed_count >= total))) {
            told = 1;
            printf("ready %zu\n", ready);
            fflush(stdout);
        }
    }
}
