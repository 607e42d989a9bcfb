using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LlmStack.Tracing;

namespace LlmStack.Langfuse;

/// <summary>The JSON of scores and of batches of them.</summary>
internal static class ScoreEncoder
{
    private const int MaxId = 800;
    private const int MaxText = 500;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Why the server would not take the score; null when it would.</summary>
    public static string? Problem(in ScoreData score)
    {
        if (string.IsNullOrEmpty(score.Name))
        {
            return "Name is empty";
        }

        bool trace = score.TraceId is { IsEmpty: false };
        int targets = (trace ? 1 : 0) + (string.IsNullOrEmpty(score.SessionId) ? 0 : 1) + (string.IsNullOrEmpty(score.DatasetRunId) ? 0 : 1);
        if (targets != 1)
        {
            return $"{targets} of TraceId, SessionId and DatasetRunId are set; a score has one target";
        }

        if (score.ObservationId is not null && !trace)
        {
            return "ObservationId is set without TraceId";
        }

        if (score.Id is { } id && (id.Length is 0 or > MaxId || id.Contains('\r', StringComparison.Ordinal)))
        {
            return $"Id has {id.Length} characters; 1 to {MaxId} are allowed, none a carriage return";
        }

        return score.DataType switch
        {
            ScoreDataType.Numeric or ScoreDataType.Boolean => double.IsFinite(score.Value) ? null : "Value is no finite number",
            ScoreDataType.Text when score.StringValue is not { Length: >= 1 and <= MaxText } => $"StringValue of a text score must have 1 to {MaxText} characters",
            _ => score.StringValue is null ? "StringValue is missing" : null,
        };
    }

    public static byte[] Body(in ScoreData score, string? environment)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, score.Id ?? DeriveId(score));
            writer.WriteString("name"u8, score.Name);
            writer.WriteString("dataType"u8, TypeName(score.DataType));
            WriteValue(writer, score);
            if (score.TraceId is { IsEmpty: false } trace)
            {
                writer.WriteString("traceId"u8, trace.ToString());
                if (score.ObservationId is { IsEmpty: false } observation)
                {
                    writer.WriteString("observationId"u8, observation.ToString());
                }
            }
            else if (!string.IsNullOrEmpty(score.SessionId))
            {
                writer.WriteString("sessionId"u8, score.SessionId);
            }
            else
            {
                writer.WriteString("datasetRunId"u8, score.DatasetRunId);
            }

            if (score.ConfigId is { Length: > 0 } config)
            {
                writer.WriteString("configId"u8, config);
            }

            if (score.Comment is { } comment)
            {
                writer.WriteString("comment"u8, comment);
            }

            if (environment is not null)
            {
                writer.WriteString("environment"u8, environment);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static void Batch(IBufferWriter<byte> buffer, List<ScoreItem> items, int count)
    {
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        writer.WriteStartArray("batch"u8);
        for (int i = 0; i < count; i++)
        {
            ScoreItem item = items[i];
            writer.WriteStartObject();
            writer.WriteString("id"u8, item.EnvelopeId);
            writer.WriteString("timestamp"u8, item.Timestamp);
            writer.WriteString("type"u8, "score-create"u8);
            writer.WritePropertyName("body"u8);
            writer.WriteRawValue(item.Body, skipInputValidation: true);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static string Timestamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void WriteValue(Utf8JsonWriter writer, in ScoreData score)
    {
        switch (score.DataType)
        {
            case ScoreDataType.Numeric:
                writer.WriteNumber("value"u8, score.Value);
                break;
            case ScoreDataType.Boolean:
                // The server takes no JSON true and false here.
                writer.WriteNumber("value"u8, score.Value != 0 ? 1 : 0);
                break;
            default:
                writer.WriteString("value"u8, score.StringValue);
                break;
        }
    }

    private static string TypeName(ScoreDataType type) => type switch
    {
        ScoreDataType.Boolean => "BOOLEAN",
        ScoreDataType.Categorical => "CATEGORICAL",
        ScoreDataType.Text => "TEXT",
        ScoreDataType.Correction => "CORRECTION",
        _ => "NUMERIC",
    };

    /// <summary>The same target and name give the same id, so that a repeated score replaces the first.</summary>
    private static string DeriveId(in ScoreData score)
    {
        string target = $"{score.TraceId?.ToString()}\n{score.ObservationId?.ToString()}\n{score.SessionId}\n{score.DatasetRunId}\n{score.Name}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(target)).AsSpan(0, 16));
    }
}
