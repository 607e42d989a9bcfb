using System.Globalization;
using System.Text;
using System.Text.Json;
using LlmStack.Limits.Ledger;

namespace LlmStack;

/// <summary>Writes reports of the ledger for other programs. Numbers are written the same way everywhere; money in US dollars.</summary>
public static class LedgerExport
{
    private const int FlushBytes = 32 * 1024;

    /// <summary>Writes a report as CSV (RFC 4180, UTF-8, one line of headings), row by row.</summary>
    /// <param name="report">The report.</param>
    /// <param name="destination">Where to write; left open.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <remarks>
    /// Names get an apostrophe where a spreadsheet would take them for a formula: in front of one that begins with <c>=</c>, <c>+</c>,
    /// <c>-</c>, <c>@</c>, a tab or a line break, and where such a sign follows a semicolon, a tab or a line break inside it.
    /// </remarks>
    public static async Task WriteCsvAsync(this LedgerReport report, Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(destination);
        var writer = new StreamWriter(destination, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\r\n" };
        await using (writer.ConfigureAwait(false))
        {
            var line = new StringBuilder();
            bool byTime = report.Query.Interval != LedgerInterval.None;
            CsvText.Headings(line, report.Query, byTime);
            await writer.WriteLineAsync(line, cancellationToken).ConfigureAwait(false);
            foreach (LedgerRow row in report.Rows)
            {
                line.Clear();
                CsvText.Row(line, row, byTime);
                await writer.WriteLineAsync(line, cancellationToken).ConfigureAwait(false);
            }

            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a report as JSON, row by row: <c>{"rows":[{"start":…,"provider":…,"attempts":…,"cost":…,"usage":{…}}],"total":{…}}</c>.</summary>
    /// <param name="report">The report.</param>
    /// <param name="destination">Where to write; left open.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public static async Task WriteJsonAsync(this LedgerReport report, Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(destination);
        var json = new Utf8JsonWriter(destination);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WriteStartArray("rows");
            foreach (LedgerRow row in report.Rows)
            {
                Write(json, report.Query, row);
                if (json.BytesPending > FlushBytes)
                {
                    await json.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            json.WriteEndArray();
            json.WriteStartObject("total");
            Write(json, report.Total);
            json.WriteEndObject();
            json.WriteEndObject();
            await json.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Write(Utf8JsonWriter json, LedgerQuery query, LedgerRow row)
    {
        json.WriteStartObject();
        if (row.Start is { } start)
        {
            json.WriteString("start", start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        for (int i = 0; i < query.GroupBy.Count; i++)
        {
            json.WriteString(LedgerNames.NameOf(query.GroupBy[i]), row.Values[i]);
        }

        Write(json, row.Totals);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LedgerTotals totals)
    {
        json.WriteNumber("attempts", totals.Attempts);
        json.WriteNumber("failed", totals.Failed);
        json.WriteNumber("cancelled", totals.Cancelled);
        json.WriteNumber("may_have_been_billed", totals.MayHaveBeenBilled);
        json.WriteNumber("estimated", totals.Estimated);
        json.WriteNumber("unpriced", totals.Unpriced);
        if (totals.Cost is { } cost)
        {
            json.WriteNumber("cost", cost);
        }
        else
        {
            json.WriteNull("cost");
        }

        json.WriteNumber("computed_cost", totals.ComputedCost);
        json.WriteNumber("cache_savings", totals.CacheSavings);
        json.WriteNumber("cache_surcharge", totals.CacheSurcharge);
        json.WriteNumber("input_tokens", totals.InputTokens);
        json.WriteNumber("output_tokens", totals.OutputTokens);
        json.WriteStartObject("usage");
        foreach ((string bucket, long count) in totals.GetUsage())
        {
            json.WriteNumber(bucket, count);
        }

        json.WriteEndObject();
    }
}
