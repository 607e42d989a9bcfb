using System.Collections;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace LlmStack.Tests.Support;

/// <summary>Reads a request with OpenTelemetry's own protobuf definitions, and holds what <see cref="OtlpDecoder"/> read against it.</summary>
internal static class OtlpDefinitions
{
    public static void Check(byte[] request, IReadOnlyList<DecodedSpan> spans)
    {
        ExportTraceServiceRequest message = ExportTraceServiceRequest.Parser.WithDiscardUnknownFields(false).ParseFrom(request);
        int index = 0;
        foreach (ResourceSpans resource in message.ResourceSpans)
        {
            foreach (ScopeSpans scope in resource.ScopeSpans)
            {
                foreach (Span span in scope.Spans)
                {
                    DecodedSpan read = spans[index++];
                    Same(read.ScopeName, scope.Scope.Name, "scope");
                    Compare(read, span);
                    foreach (KeyValue attribute in resource.Resource.Attributes)
                    {
                        Same(read.Resource[attribute.Key], Plain(attribute.Value), attribute.Key);
                    }
                }
            }
        }

        Same(spans.Count, index, "number of spans");
    }

    private static void Compare(DecodedSpan read, Span span)
    {
        Same(read.TraceId, Convert.ToHexStringLower(span.TraceId.Span), "trace_id");
        Same(read.SpanId, Convert.ToHexStringLower(span.SpanId.Span), "span_id");
        Same(read.ParentSpanId, Convert.ToHexStringLower(span.ParentSpanId.Span), "parent_span_id");
        Same(span.TraceId.Length, 16, "length of trace_id");
        Same(span.SpanId.Length, 8, "length of span_id");
        Same(read.Name, span.Name, "name");
        Same(read.Kind, (int)span.Kind, "kind");
        Same(read.StartUnixNanos, span.StartTimeUnixNano, "start");
        Same(read.EndUnixNanos, span.EndTimeUnixNano, "end");
        Same(read.StatusCode, (int)(span.Status?.Code ?? 0), "status code");
        Same(read.StatusMessage, span.Status?.Message ?? "", "status message");
        Same(read.Attributes.Count, span.Attributes.Count, "number of attributes");
        foreach (KeyValue attribute in span.Attributes)
        {
            Same(read.Attributes[attribute.Key], Plain(attribute.Value), attribute.Key);
        }
    }

    private static object? Plain(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue,
        AnyValue.ValueOneofCase.IntValue => value.IntValue,
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue,
        AnyValue.ValueOneofCase.ArrayValue => value.ArrayValue.Values.Select(Plain).ToArray(),
        _ => throw new InvalidDataException($"A value of the kind {value.ValueCase} is not understood by the server."),
    };

    private static void Same(object? read, object? defined, string what)
    {
        if (!Equals(read, defined) && !StructuralComparisons.StructuralEqualityComparer.Equals(read, defined))
        {
            throw new InvalidDataException($"{what} is '{read}' by the field numbers and '{defined}' by OpenTelemetry's definitions.");
        }
    }
}
