using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LlmStack.Tracing;

/// <summary>What a score must look like, so that nothing is refused later where nobody sees it.</summary>
internal static class ScoreRules
{
    private const int MaxTextLength = 500;

    /// <exception cref="ArgumentException">Names the field, its value and what is allowed.</exception>
    public static void Check(in ScoreData score)
    {
        if (string.IsNullOrWhiteSpace(score.Name))
        {
            throw Invalid(nameof(ScoreData.Name), $"'{score.Name}'", "a text that is not empty");
        }

        CheckTarget(score);
        switch (score.DataType)
        {
            case ScoreDataType.Numeric when !double.IsFinite(score.Value):
                throw Invalid(nameof(ScoreData.Value), score.Value, "a finite number");
            case ScoreDataType.Boolean when score.Value is not (0 or 1):
                throw Invalid(nameof(ScoreData.Value), score.Value, "0 or 1 for a boolean score");
            case ScoreDataType.Categorical or ScoreDataType.Correction when string.IsNullOrEmpty(score.StringValue):
                throw Invalid(nameof(ScoreData.StringValue), "empty", $"a text that is not empty for a score of type {score.DataType}");
            case ScoreDataType.Text when score.StringValue is not { Length: >= 1 and <= MaxTextLength }:
                throw Invalid(nameof(ScoreData.StringValue), $"{score.StringValue?.Length ?? 0} characters long", $"1 to {MaxTextLength} characters for a text score");
            case ScoreDataType.Numeric or ScoreDataType.Boolean or ScoreDataType.Categorical or ScoreDataType.Text or ScoreDataType.Correction:
                break;
            default:
                throw Invalid(nameof(ScoreData.DataType), (int)score.DataType, "Numeric, Boolean, Categorical, Text or Correction");
        }
    }

    /// <summary>Fills in the time, the project, and an id that follows from target and name, so that the same score sent again replaces the first.</summary>
    public static ScoreData Complete(in ScoreData score, TimeProvider time) => score with
    {
        Id = string.IsNullOrEmpty(score.Id) ? DeriveId(score) : score.Id,
        Timestamp = score.Timestamp == default ? time.GetUtcNow() : score.Timestamp,
        Project = score.Project ?? LlmContext.Current.Project,
    };

    private static void CheckTarget(in ScoreData score)
    {
        bool session = !string.IsNullOrEmpty(score.SessionId);
        bool run = !string.IsNullOrEmpty(score.DatasetRunId);
        switch (score.TraceId)
        {
            case { IsEmpty: true }:
                throw Invalid(nameof(ScoreData.TraceId), "all zero", "the id of a trace, or null for the score of a session or run");
            case not null when session:
                throw Invalid(nameof(ScoreData.SessionId), $"'{score.SessionId}'", "null when TraceId is set: a score has one target");
            case not null when run:
                throw Invalid(nameof(ScoreData.DatasetRunId), $"'{score.DatasetRunId}'", "null when TraceId is set: a score has one target");
            case null when session && run:
                throw Invalid(nameof(ScoreData.DatasetRunId), $"'{score.DatasetRunId}'", "null when SessionId is set: a score has one target");
            case null when score.ObservationId is not null:
                throw Invalid(nameof(ScoreData.ObservationId), $"'{score.ObservationId}'", "null without a TraceId");
            case null when !session && !run:
                throw Invalid(nameof(ScoreData.TraceId), "null", "the id of a trace, unless SessionId or DatasetRunId is set");
            case null when score.DataType == ScoreDataType.Correction:
                throw Invalid(nameof(ScoreData.TraceId), "null", "the id of a trace: only traces and observations are corrected");
        }

        if (score.ObservationId is { IsEmpty: true })
        {
            throw Invalid(nameof(ScoreData.ObservationId), "all zero", "the id of an observation, or null for the whole trace");
        }

        if (score is { DataType: ScoreDataType.Correction, ConfigId: { } config })
        {
            throw Invalid(nameof(ScoreData.ConfigId), $"'{config}'", "null for a correction");
        }
    }

    private static string DeriveId(in ScoreData score)
    {
        // The kind of target is part of it: a session may be named like a trace's id.
        Span<byte> fixedPart = stackalloc byte[25];
        fixedPart.Clear();
        if (score.TraceId is { } trace)
        {
            fixedPart[0] = 1;
            BinaryPrimitives.WriteUInt64BigEndian(fixedPart[1..], trace.High);
            BinaryPrimitives.WriteUInt64BigEndian(fixedPart[9..], trace.Low);
            BinaryPrimitives.WriteUInt64BigEndian(fixedPart[17..], score.ObservationId?.Value ?? 0);
        }
        else if (!string.IsNullOrEmpty(score.DatasetRunId))
        {
            fixedPart[0] = 2;
        }

        byte[] rest = Encoding.UTF8.GetBytes($"{score.SessionId ?? score.DatasetRunId}|{score.Name}");
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(fixedPart);
        sha.AppendData(rest);
        sha.GetHashAndReset(hash);
        return Convert.ToHexStringLower(hash[..16]);
    }

    private static ArgumentException Invalid(string field, object value, string allowed) =>
        new($"{nameof(ScoreData)}.{field} is {value}; allowed is {allowed}.");
}
