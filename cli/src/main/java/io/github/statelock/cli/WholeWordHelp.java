package io.github.statelock.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Help that can be copied: text is broken at spaces only, so that a URI stays whole, and the examples are not broken at all.
 * Picocli's own help breaks lines after a colon or a question mark too.
 */
final class WholeWordHelp extends Help {

    WholeWordHelp(CommandSpec command, ColorScheme colors) {
        super(command, colors);
    }

    @Override
    public Layout createDefaultLayout(
            List<OptionSpec> options, List<PositionalParamSpec> positionals, ColorScheme colors) {
        Layout usual = super.createDefaultLayout(options, positionals, colors);
        return new Layout(
                colors,
                new Table(colors, usual.textTable().columns()),
                usual.optionRenderer(),
                usual.parameterRenderer());
    }

    @Override
    public String description(Object... parameters) {
        int width = commandSpec().usageMessage().width();
        StringBuilder out = new StringBuilder();
        for (String paragraph : commandSpec().usageMessage().description()) {
            String text = String.format(paragraph, parameters);
            for (Span line : lines(text, width, width)) {
                out.append(text, line.from, line.to).append(System.lineSeparator());
            }
        }
        return out.toString();
    }

    @Override
    public String footer(Object... parameters) {
        StringBuilder out = new StringBuilder();
        for (String line : commandSpec().usageMessage().footer()) {
            out.append(String.format(line, parameters)).append(System.lineSeparator());
        }
        return out.toString();
    }

    /** A part of a text. */
    private record Span(int from, int to) {}

    /** Where to break a text: at spaces. A word that is longer than a line is a line of its own. */
    private static List<Span> lines(String text, int firstWidth, int width) {
        List<Span> lines = new ArrayList<>();
        int from = 0;
        int room = firstWidth;
        while (text.length() - from > room) {
            int space = text.lastIndexOf(' ', from + room);
            int to = space > from ? space : text.indexOf(' ', from + room);
            if (to < 0) {
                break;
            }
            lines.add(new Span(from, to));
            from = to + 1;
            room = width;
        }
        lines.add(new Span(from, text.length()));
        return lines;
    }

    /** The table of options and parameters. */
    private static final class Table extends TextTable {

        Table(ColorScheme colors, Column... columns) {
            super(colors, columns);
        }

        @Override
        public Cell putValue(int row, int column, Text value) {
            Column place = columns()[column];
            if (place.overflow != Overflow.WRAP) {
                return super.putValue(row, column, value);
            }
            int width = place.width - place.indent;
            Cell last = new Cell(column, row);
            int at = row;
            for (Span line : lines(value.plainString(), width, width - indentWrappedLines)) {
                if (at == rowCount()) {
                    addEmptyRow();
                }
                Text part = value.substring(line.from, line.to);
                last = super.putValue(at, column, at == row ? part : indented(value, part));
                at = last.row + 1;
            }
            return last;
        }

        private Text indented(Text any, Text part) {
            return any.substring(0, 0).concat(" ".repeat(indentWrappedLines)).concat(part);
        }
    }
}
