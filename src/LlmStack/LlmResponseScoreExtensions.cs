using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Scores for calls: the score goes to the generation that the call left in its trace.</summary>
public static class LlmResponseScoreExtensions
{
    /// <summary>Scores the generation behind a response with a number. Scoring again under the same name replaces.</summary>
    /// <param name="response">A response.</param>
    /// <param name="name">The score's name; not empty.</param>
    /// <param name="value">A finite number.</param>
    /// <param name="comment">A remark, or null.</param>
    /// <returns>False when there is nothing to score, because tracing was off or LlmStack did not make the response.</returns>
    /// <exception cref="ArgumentException">The name or the value is not valid; the message says which.</exception>
    public static bool Score(this ChatResponse response, string name, double value, string? comment = null) =>
        Score(response.GetRoute(), name, ScoreDataType.Numeric, value, null, comment);

    /// <summary>Scores the generation behind a response with true or false. Scoring again under the same name replaces.</summary>
    /// <param name="response">A response.</param>
    /// <param name="name">The score's name; not empty.</param>
    /// <param name="value">The value.</param>
    /// <param name="comment">A remark, or null.</param>
    /// <returns>False when there is nothing to score, because tracing was off or LlmStack did not make the response.</returns>
    /// <exception cref="ArgumentException">The name or the value is not valid; the message says which.</exception>
    public static bool Score(this ChatResponse response, string name, bool value, string? comment = null) =>
        Score(response.GetRoute(), name, ScoreDataType.Boolean, value ? 1 : 0, null, comment);

    /// <summary>Scores the generation behind a response with a category. Scoring again under the same name replaces.</summary>
    /// <param name="response">A response.</param>
    /// <param name="name">The score's name; not empty.</param>
    /// <param name="value">The category; not empty.</param>
    /// <param name="comment">A remark, or null.</param>
    /// <returns>False when there is nothing to score, because tracing was off or LlmStack did not make the response.</returns>
    /// <exception cref="ArgumentException">The name or the value is not valid; the message says which.</exception>
    public static bool Score(this ChatResponse response, string name, string value, string? comment = null) =>
        Score(response.GetRoute(), name, ScoreDataType.Categorical, 0, value, comment);

    /// <summary>Scores the generation behind a route, for instance of a stream's last update with a number. Scoring again under the same name replaces.</summary>
    /// <param name="route">A route.</param>
    /// <param name="name">The score's name; not empty.</param>
    /// <param name="value">A finite number.</param>
    /// <param name="comment">A remark, or null.</param>
    /// <returns>False when there is nothing to score, because tracing was off or LlmStack did not make the route.</returns>
    /// <exception cref="ArgumentException">The name or the value is not valid; the message says which.</exception>
    public static bool Score(this CallRoute route, string name, double value, string? comment = null) =>
        Score(route, name, ScoreDataType.Numeric, value, null, comment);

    /// <summary>Scores the generation behind a route, for instance of a stream's last update with true or false. Scoring again under the same name replaces.</summary>
    /// <param name="route">A route.</param>
    /// <param name="name">The score's name; not empty.</param>
    /// <param name="value">The value.</param>
    /// <param name="comment">A remark, or null.</param>
    /// <returns>False when there is nothing to score, because tracing was off or LlmStack did not make the route.</returns>
    /// <exception cref="ArgumentException">The name or the value is not valid; the message says which.</exception>
    public static bool Score(this CallRoute route, string name, bool value, string? comment = null) =>
        Score(route, name, ScoreDataType.Boolean, value ? 1 : 0, null, comment);

    /// <summary>Scores the generation behind a route, for instance of a stream's last update with a category. Scoring again under the same name replaces.</summary>
    /// <param name="route">A route.</param>
    /// <param name="name">The score's name; not empty.</param>
    /// <param name="value">The category; not empty.</param>
    /// <param name="comment">A remark, or null.</param>
    /// <returns>False when there is nothing to score, because tracing was off or LlmStack did not make the route.</returns>
    /// <exception cref="ArgumentException">The name or the value is not valid; the message says which.</exception>
    public static bool Score(this CallRoute route, string name, string value, string? comment = null) =>
        Score(route, name, ScoreDataType.Categorical, 0, value, comment);

    private static bool Score(CallRoute? route, string name, ScoreDataType type, double value, string? text, string? comment)
    {
        if (route is not { Tracer: { } tracer, TraceId: { } trace })
        {
            return false;
        }

        tracer.Score(new ScoreData { Name = name, DataType = type, Value = value, StringValue = text, Comment = comment, Project = route.Project, TraceId = trace, ObservationId = route.ObservationId });
        return true;
    }
}
