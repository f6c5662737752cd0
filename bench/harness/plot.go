package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// plot draws cold-start.svg: a dot for each contender and condition, on a logarithmic scale, since fastest and slowest
// differ by a factor of a thousand.
func plot(r *record) string {
	const (
		left, right, top, row, bottom = 190, 40, 64, 30, 46
		width                         = 860
	)
	shown := []struct{ condition, label, colour string }{
		{"full", "whole processor", "#0072b2"},
		{"256", "at 256 MB", "#d55e00"},
		{"cold-cache", "page cache dropped", "#767676"},
	}
	var contenders []recordedContender
	low, high := math.Inf(1), math.Inf(-1)
	for _, contender := range r.Contenders {
		seen := false
		for _, s := range shown {
			if f, measured := coldOf(r, s.condition, contender.Name); measured {
				low, high, seen = math.Min(low, f), math.Max(high, f), true
			}
		}
		if seen {
			contenders = append(contenders, contender)
		}
	}
	if contenders == nil {
		low, high = 10, 1000
	}
	low, high = roundBelow(low), high*1.6
	x := func(value float64) float64 {
		return left + (width-left-right)*math.Log(value/low)/math.Log(high/low)
	}
	height := top + row*len(contenders) + bottom

	var b strings.Builder
	put := func(format string, arguments ...any) { fmt.Fprintf(&b, format+"\n", arguments...) }
	put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="system-ui, sans-serif" font-size="13" role="img">`, width, height, width, height)
	put(`<title>Cold starts: process start to first response, medians</title>`)
	put(`<rect width="100%%" height="100%%" fill="#ffffff"/>`)
	put(`<text x="16" y="24" font-size="15" font-weight="600" fill="#1a1a1a">Cold start, process start to first response: median, ms (logarithmic)</text>`)
	at := left
	for _, s := range shown {
		if _, ran := r.condition(s.condition); !ran {
			continue
		}
		put(`<circle cx="%d" cy="44" r="5.5" fill="%s"/><text x="%d" y="48" fill="#1a1a1a">%s</text>`, at, s.colour, at+12, s.label)
		at += 170
	}
	foot := top + row*len(contenders)
	for decade := decadeOf(low); decade <= high; decade *= 10 {
		for _, step := range steps {
			if value := decade * step; value >= low && value <= high {
				put(`<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#dddddd"/>`, x(value), top, x(value), foot)
				put(`<text x="%.1f" y="%d" text-anchor="middle" fill="#555555">%g</text>`, x(value), foot+20, value)
			}
		}
	}
	for i, contender := range contenders {
		y := float64(top + row*i + row/2)
		weight := "400"
		if contender.Name == "native" {
			weight = "700"
			put(`<rect x="0" y="%.1f" width="%d" height="%d" fill="#0072b2" opacity="0.08"/>`, y-float64(row)/2, width, row)
		}
		put(`<text x="%d" y="%.1f" text-anchor="end" font-weight="%s" fill="#1a1a1a">%s</text>`, left-14, y+4.5, weight, html.EscapeString(contender.Name))
		for _, s := range shown {
			if value, measured := coldOf(r, s.condition, contender.Name); measured {
				put(`<circle cx="%.1f" cy="%.1f" r="5.5" fill="%s"><title>%s, %s: %s ms</title></circle>`,
					x(value), y, s.colour, html.EscapeString(contender.Name), s.label, milliseconds(value))
			}
		}
	}
	put(`</svg>`)
	return b.String()
}

// steps are the tick marks of each decade.
var steps = []float64{1, 2, 5}

func decadeOf(value float64) float64 {
	return math.Pow(10, math.Floor(math.Log10(value)))
}

// roundBelow returns the tick mark at or below a value.
func roundBelow(value float64) float64 {
	decade := decadeOf(value)
	below := decade
	for _, step := range steps {
		if decade*step <= value {
			below = decade * step
		}
	}
	return below
}

func coldOf(r *record, condition, contender string) (float64, bool) {
	c, ran := r.condition(condition)
	if !ran {
		return 0, false
	}
	f, measured := c.figures(contender)
	return f.Cold, measured
}
