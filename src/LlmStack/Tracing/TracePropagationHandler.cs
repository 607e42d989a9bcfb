using System.Diagnostics;
using System.Text;

namespace LlmStack.Tracing;

/// <summary>Adds the trace's place and the allowed labels to requests that go to services of one's own.</summary>
internal sealed class TracePropagationHandler(ILlmTracer tracer) : DelegatingHandler
{
    /// <summary>What W3C asks everybody to pass on.</summary>
    private const int MaxBaggage = 8192;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Add(request);
        return base.SendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Add(request);
        return base.Send(request, cancellationToken);
    }

    private void Add(HttpRequestMessage request)
    {
        TraceCarrier carrier = tracer.Inject();

        // The client leaves alone what is there: of the activity that it makes of the request Langfuse would know nothing.
        if (carrier.TraceParent is not null && !request.Headers.Contains("traceparent"))
        {
            request.Headers.TryAddWithoutValidation("traceparent", carrier.TraceParent);
        }

        if (carrier.Baggage is not null)
        {
            request.Headers.TryAddWithoutValidation("baggage", WithOthers(carrier.Baggage));
        }
    }

    /// <summary>The application's own baggage goes along: the client would have sent it, had there been no header.</summary>
    private static string WithOthers(string ours)
    {
        StringBuilder? all = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (KeyValuePair<string, string?> item in Activity.Current?.Baggage ?? [])
        {
            if (!seen.Add(item.Key) || string.IsNullOrEmpty(item.Value) || ours.StartsWith(item.Key + "=", StringComparison.Ordinal) || ours.Contains("," + item.Key + "=", StringComparison.Ordinal))
            {
                continue;
            }

            string member = $",{Uri.EscapeDataString(item.Key)}={Uri.EscapeDataString(item.Value)}";
            if ((all?.Length ?? ours.Length) + member.Length <= MaxBaggage)
            {
                (all ??= new StringBuilder(ours)).Append(member);
            }
        }

        return all?.ToString() ?? ours;
    }
}
