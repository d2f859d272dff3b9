/*
 * touch.so is loaded into Debian 12's cage (0.1.4), which tells nobody that a
 * touch is complete: wl_touch.frame of the Wayland protocol, without which
 * Chromium waits and no touch does anything. The functions of wlroots that cage
 * calls are called here, and then the one that it does not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

struct wlr_seat;
struct wlr_surface;

void wlr_seat_touch_notify_frame(struct wlr_seat *);

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

uint32_t wlr_seat_touch_notify_down(struct wlr_seat *seat, struct wlr_surface *surface, uint32_t ms, int32_t id, double x, double y)
{
	uint32_t serial = REAL(wlr_seat_touch_notify_down)(seat, surface, ms, id, x, y);
	wlr_seat_touch_notify_frame(seat);
	return serial;
}

void wlr_seat_touch_notify_motion(struct wlr_seat *seat, uint32_t ms, int32_t id, double x, double y)
{
	REAL(wlr_seat_touch_notify_motion)(seat, ms, id, x, y);
	wlr_seat_touch_notify_frame(seat);
}

void wlr_seat_touch_notify_up(struct wlr_seat *seat, uint32_t ms, int32_t id)
{
	REAL(wlr_seat_touch_notify_up)(seat, ms, id);
	wlr_seat_touch_notify_frame(seat);
}
