/* A student's server: one process a connection, select() for ten seconds, no more of HTTP than the coursework asks for. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HEAD 16384

static void date(char *to, time_t at) { strftime(to, 64, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&at)); }

static void put(int fd, const char *octets, size_t count) {
  while (count > 0) {
    ssize_t sent = write(fd, octets, count);
    if (sent <= 0) exit(0);
    octets += sent;
    count -= sent;
  }
}

static int error(int fd, const char *status, const char *more, int ends, int has_body) {
  char now[64], body[256], head[1024];
  date(now, time(NULL));
  snprintf(body, sizeof body, "<!doctype html><title>%s</title><h1>%s</h1>\n", status, status);
  snprintf(head, sizeof head, "HTTP/1.1 %s\r\nDate: %s\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n%s%s\r\n", status, now,
           has_body ? strlen(body) : 0, more, ends ? "Connection: close\r\n" : "");
  put(fd, head, strlen(head));
  if (has_body) put(fd, body, strlen(body));
  return !ends;
}

static const char *type(const char *path) {
  const char *dot = strrchr(path, '.');
  if (dot == NULL) return NULL;
  if (!strcmp(dot, ".html")) return "text/html";
  if (!strcmp(dot, ".css")) return "text/css";
  if (!strcmp(dot, ".txt")) return "text/plain";
  if (!strcmp(dot, ".jpg")) return "image/jpeg";
  return NULL;
}

/* Decodes %xx in place; 0 if that is wrong, or a zero. */
static int decode(char *path) {
  char *to = path;
  for (; *path; path++) {
    int octet = *path;
    if (octet == '%') {
      if (!isxdigit(path[1]) || !isxdigit(path[2])) return 0;
      octet = strtol((char[]){path[1], path[2], 0}, NULL, 16);
      if (octet == 0) return 0;
      path += 2;
    }
    *to++ = octet;
  }
  *to = 0;
  return 1;
}

static int file(int fd, const char *root, char *path, int visits, int ends) {
  char whole[HEAD], real[8192], top[8192], head[1024], now[64], later[64], part[8192];
  char *query = strchr(path, '?');
  if (query) *query = 0;
  if (!decode(path)) return error(fd, "400 Bad Request", "", 1, 1);
  if (strstr(path, "..")) return error(fd, "403 Forbidden", "", ends, 1);
  snprintf(whole, sizeof whole, "%s%s%s", root, path, path[strlen(path) - 1] == '/' ? "index.html" : "");
  if (type(whole) == NULL) return error(fd, "415 Unsupported Media Type", "", ends, 1);
  if (!realpath(root, top) || !realpath(whole, real)) return error(fd, "404 Not Found", "", ends, 1);
  if (strncmp(real, top, strlen(top))) return error(fd, "403 Forbidden", "", ends, 1);
  if (visits >= 10) return error(fd, "403 Forbidden", "", ends, 1);
  int in = open(real, O_RDONLY);
  struct stat about;
  if (in < 0 || fstat(in, &about) || !S_ISREG(about.st_mode)) return error(fd, "404 Not Found", "", ends, 1);
  date(now, time(NULL));
  date(later, time(NULL) + 120);
  snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %ld\r\nSet-Cookie: cuenta=%d; Expires=%s; Path=/\r\n%s\r\n", now,
           type(whole), (long)about.st_size, visits + 1, later, ends ? "Connection: close\r\n" : "");
  put(fd, head, strlen(head));
  ssize_t count;
  while ((count = read(in, part, sizeof part)) > 0) put(fd, part, count);
  close(in);
  return !ends;
}

/* Answers one head, which ends with a zero; 1 if the connection goes on. */
static int answer(int fd, const char *root, char *head) {
  char *line = strsep(&head, "\n"), method[32], path[8192], version[32], rest;
  int hosts = 0, ends, visits = 0;
  if (strlen(line) > 8000) return error(fd, "414 URI Too Long", "", 1, 1);
  if (sscanf(line, "%31s %8191s %31s %c", method, path, version, &rest) != 3) return error(fd, "400 Bad Request", "", 1, 1);
  if (strncmp(version, "HTTP/", 5) || *path != '/') return error(fd, "400 Bad Request", "", 1, 1);
  if (strcmp(version, "HTTP/1.1") && strcmp(version, "HTTP/1.0")) return error(fd, "505 HTTP Version Not Supported", "", 1, 1);
  ends = !strcmp(version, "HTTP/1.0");
  while ((line = strsep(&head, "\n")) != NULL) {
    line[strcspn(line, "\r")] = 0;
    if (*line == 0) continue;
    char *colon = strchr(line, ':');
    if (colon == NULL || colon == line) return error(fd, "400 Bad Request", "", 1, 1);
    for (char *at = line; at < colon; at++)
      if (!isalnum(*at) && !strchr("!#$%&'*+-.^_`|~", *at)) return error(fd, "400 Bad Request", "", 1, 1);
    *colon++ = 0;
    colon += strspn(colon, " \t");
    if (!strcasecmp(line, "Host")) hosts++;
    if (!strcasecmp(line, "Connection") && strcasestr(colon, "close")) ends = 1;
    if (!strcasecmp(line, "Cookie"))
      for (char *pair; (pair = strsep(&colon, ";")) != NULL;) {
        pair += strspn(pair, " ");
        if (!strncmp(pair, "cuenta=", 7) && isdigit(pair[7])) visits = atoi(pair + 7);
      }
  }
  if (hosts != 1) return error(fd, "400 Bad Request", "", 1, 1);
  if (!strcmp(method, "HEAD")) return error(fd, "405 Method Not Allowed", "Allow: GET\r\n", ends, 0);
  if (!strcmp(method, "POST") || !strcmp(method, "PUT") || !strcmp(method, "DELETE")) return error(fd, "405 Method Not Allowed", "Allow: GET\r\n", ends, 1);
  if (strcmp(method, "GET")) return error(fd, "501 Not Implemented", "", ends, 1);
  return file(fd, root, path, visits, ends);
}

static void serve(int fd, const char *root) {
  static char head[HEAD + 1];
  size_t length = 0;
  for (;;) {
    fd_set set;
    struct timeval patience = {10, 0};
    FD_ZERO(&set);
    FD_SET(fd, &set);
    if (select(fd + 1, &set, NULL, NULL, &patience) <= 0) return;
    ssize_t count = read(fd, head + length, HEAD - length);
    if (count <= 0) return;
    length += count;
    head[length] = 0;
    for (char *end; (end = memmem(head, length, "\r\n\r\n", 4)) != NULL;) {
      size_t used = end + 4 - head;
      *end = 0;
      int goes_on = memchr(head, 0, end - head) ? error(fd, "400 Bad Request", "", 1, 1) : answer(fd, root, head);
      if (!goes_on) return;
      memmove(head, head + used, length - used + 1);
      length -= used;
    }
    if (length == HEAD) {
      error(fd, memchr(head, '\n', length) ? "431 Request Header Fields Too Large" : "414 URI Too Long", "", 1, 1);
      return;
    }
  }
}

int main(int argc, char **argv) {
  int server = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 8080), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  signal(SIGCHLD, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 128)) return perror("bind"), 1;
  for (;;) {
    int fd = accept(server, NULL, NULL);
    if (fd < 0) continue;
    if (fork() == 0) {
      close(server);
      serve(fd, argc > 2 ? argv[2] : "www");
      /* What is still on its way would reset the connection, and take the answer with it. */
      shutdown(fd, SHUT_WR);
      char rest[4096];
      struct timeval patience = {1, 0};
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      while (read(fd, rest, sizeof rest) > 0);
      exit(0);
    }
    close(fd);
  }
}
