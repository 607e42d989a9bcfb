using System.Globalization;
using System.Net.Http.Headers;

namespace LlmStack.Providers.Http;

/// <summary>Reads the request id and what is left of the rate limits in one pass over the headers.</summary>
internal static class ResponseFacts
{
    private static readonly string[] RequestIdHeaders =
    [
        "x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "x-ms-request-id", "x-generation-id", "x-litellm-call-id",
        "mistral-correlation-id", "x-kong-request-id", "x-debug-trace-id", "nvcf-reqid", "cf-ray",
    ];

    /// <summary>A LiteLLM proxy's own reckoning in US dollars.</summary>
    private const string CostHeader = "x-litellm-response-cost";

    /// <summary>Cohere's count of the calls that a trial key has left in this minute.</summary>
    private const string TrialHeader = "x-trial-endpoint-call-remaining";

    public static void Read(HttpResponseMessage response, AttemptReport report, DateTimeOffset now)
    {
        report.StatusCode = (int)response.StatusCode;
        int bestId = RequestIdHeaders.Length;
        long? requests = null, tokens = null;
        TimeSpan? resetRequests = null, resetTokens = null;
        foreach (KeyValuePair<string, HeaderStringValues> header in response.Headers.NonValidated)
        {
            string name = header.Key;
            if (name.Contains("ratelimit", StringComparison.OrdinalIgnoreCase))
            {
                bool remaining = name.Contains("remaining", StringComparison.OrdinalIgnoreCase);
                bool reset = !remaining && name.Contains("reset", StringComparison.OrdinalIgnoreCase);
                if (!remaining && !reset)
                {
                    continue;
                }

                bool ofTokens = name.Contains("token", StringComparison.OrdinalIgnoreCase) || name.Contains("bysize", StringComparison.OrdinalIgnoreCase);
                foreach (string value in header.Value)
                {
                    if (remaining && ofTokens)
                    {
                        tokens = Smaller(tokens, ParseCount(value));
                    }
                    else if (remaining)
                    {
                        requests = Smaller(requests, ParseCount(value));
                    }
                    else if (ofTokens)
                    {
                        resetTokens = Later(resetTokens, WireDuration.Parse(value, now));
                    }
                    else
                    {
                        resetRequests = Later(resetRequests, WireDuration.Parse(value, now));
                    }
                }

                continue;
            }

            if (name.Length == TrialHeader.Length && name.Equals(TrialHeader, StringComparison.OrdinalIgnoreCase))
            {
                requests = Smaller(requests, ParseCount(header.Value.ToString()));
                continue;
            }

            if (name.Length == CostHeader.Length && name.Equals(CostHeader, StringComparison.OrdinalIgnoreCase))
            {
                // It says 0 for models that it has no price of.
                report.ReportedCost = decimal.TryParse(header.Value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal cost) && cost > 0 ? cost : null;
                continue;
            }

            for (int i = 0; i < bestId; i++)
            {
                if (name.Equals(RequestIdHeaders[i], StringComparison.OrdinalIgnoreCase))
                {
                    bestId = i;
                    report.RequestId = header.Value.ToString();
                    break;
                }
            }
        }

        if (requests is not null || tokens is not null || resetRequests is not null || resetTokens is not null)
        {
            report.Headroom = new RateLimitHeadroom(requests, tokens, resetRequests, resetTokens);
        }
    }

    private static long? ParseCount(string value)
    {
        // A list such as "100, 50;w=60" carries one window per element; the scarcest decides.
        long? smallest = null;
        foreach (Range range in value.AsSpan().Split(','))
        {
            ReadOnlySpan<char> part = value.AsSpan(range).Trim();
            int end = part.IndexOf(';');
            part = end >= 0 ? part[..end] : part;
            if (double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double count) && count >= 0 && count < long.MaxValue)
            {
                smallest = Smaller(smallest, (long)count);
            }
        }

        return smallest;
    }

    private static long? Smaller(long? one, long? other) => one is null || other < one ? other ?? one : one;

    private static TimeSpan? Later(TimeSpan? one, TimeSpan? other) =>
        other is null || other < TimeSpan.Zero ? one : one is null || other > one ? other : one;
}
