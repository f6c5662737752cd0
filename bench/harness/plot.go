package main

import (
	"fmt"
	"math"
	"strings"
)

// plot draws cold-start.svg: a dot for each contender and condition, on a logarithmic scale.
func plot(r results) string {
	const (
		left, right, top, row, bottom = 190, 40, 64, 30, 46
		width                         = 860
		low, high                     = 4.0, 3000.0
	)
	shown := []struct{ condition, label, colour string }{
		{"fresh", "fresh sandbox", "#d55e00"},
		{"fresh-256", "the same at 256 MB", "#e69f00"},
		{"warm-file", "warm file", "#0072b2"},
	}
	x := func(value float64) float64 {
		return left + (width-left-right)*math.Log(value/low)/math.Log(high/low)
	}
	foot := top + row*len(r.contenders)
	var b strings.Builder
	put := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\n", arguments...) }
	put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="system-ui, sans-serif" font-size="13" role="img">`,
		width, foot+bottom, width, foot+bottom)
	put(`<title>Cold starts: process start to first response, medians</title>`)
	put(`<rect width="100%%" height="100%%" fill="#ffffff"/>`)
	put(`<text x="16" y="24" font-size="15" font-weight="600" fill="#1a1a1a">Cold start, process start to first response: median, ms (logarithmic)</text>`)
	for i, s := range shown {
		at := left + 170*i
		put(`<circle cx="%d" cy="44" r="5.5" fill="%s"/><text x="%d" y="48" fill="#1a1a1a">%s</text>`, at, s.colour, at+12, s.label)
	}
	for _, value := range []float64{5, 10, 20, 50, 100, 200, 500, 1000, 2000} {
		put(`<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#dddddd"/>`, x(value), top, x(value), foot)
		put(`<text x="%.1f" y="%d" text-anchor="middle" fill="#555555">%g</text>`, x(value), foot+20, value)
	}
	for i, c := range r.contenders {
		y := top + row*i + row/2
		weight := "400"
		if c.name == native {
			weight = "700"
			put(`<rect x="0" y="%d" width="%d" height="%d" fill="#0072b2" opacity="0.08"/>`, y-row/2, width, row)
		}
		put(`<text x="%d" y="%.1f" text-anchor="end" font-weight="%s" fill="#1a1a1a">%s</text>`, left-14, float64(y)+4.5, weight, c.name)
		for _, s := range shown {
			if value := r.figure(s.condition, c.name, cold); !math.IsNaN(value) {
				put(`<circle cx="%.1f" cy="%d" r="5.5" fill="%s"><title>%s, %s: %s ms</title></circle>`,
					x(math.Min(math.Max(value, low), high)), y, s.colour, c.name, s.label, tenths(value))
			}
		}
	}
	put(`</svg>`)
	return b.String()
}
