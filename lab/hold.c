/*
 * lab-hold - keep a file open.
 *
 *	lab-hold [--unseen] FILE
 *
 * Says "held" and waits to be ended. With --unseen the descriptor lies in the queue of a socket, where /proc does
 * not show it, until SIGUSR1 takes it out: so a holder comes to light at a moment of the test's choice.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One byte, and the descriptor beside it. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void hide(int queue, int fd)
{
	struct iovec byte = {"x", 1};
	union control control = {0};
	struct msghdr message = {
	    .msg_iov = &byte, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (sendmsg(queue, &message, 0) != 1)
		err(1, "sendmsg");
	close(fd);
}

static void show(int queue)
{
	char buf[1];
	struct iovec byte = {buf, 1};
	union control control = {0};
	struct msghdr message = {
	    .msg_iov = &byte, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};

	if (recvmsg(queue, &message, 0) != 1)
		err(1, "recvmsg");
}

int main(int argc, char **argv)
{
	int is_unseen = argc == 3 && strcmp(argv[1], "--unseen") == 0;
	int queue[2], fd, signal;
	sigset_t wanted;

	if (argc != 2 + is_unseen)
		errx(2, "usage: lab-hold [--unseen] FILE");
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGUSR1);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	fd = open(argv[1 + is_unseen], O_RDONLY);
	if (fd < 0)
		err(1, "%s", argv[1 + is_unseen]);
	if (is_unseen) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, queue) < 0)
			err(1, "socketpair");
		hide(queue[0], fd);
	}
	puts("held");
	fflush(stdout);
	if (is_unseen && sigwait(&wanted, &signal) == 0) {
		show(queue[1]);
		puts("seen");
		fflush(stdout);
	}
	for (;;)
		pause();
}
