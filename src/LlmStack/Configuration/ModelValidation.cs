namespace LlmStack.Configuration;

/// <summary>Checks what the configuration says of models.</summary>
internal static class ModelValidation
{
    public static void Validate(LlmStackOptions options, OptionsProblems problems)
    {
        Dictionary<string, string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string id, ModelOptions? model) in options.Models)
        {
            string path = $"{LlmStackOptions.SectionName}:{nameof(options.Models)}:{id}";
            if (!ModelName.TryParse(model?.Model, out ModelName name))
            {
                problems.Add($"{path}:{nameof(model.Model)}", model?.Model, "provider/model, or provider/* for all of its models");
                continue;
            }

            if (!seen.TryAdd($"{name.Provider}/{name.Model}", id))
            {
                problems.Add($"{path}:{nameof(model.Model)}", model!.Model, $"each model once; {seen[$"{name.Provider}/{name.Model}"]} has it already");
            }

            problems.AtLeast($"{path}:{nameof(model.ContextWindow)}", model!.ContextWindow, 1);
            problems.AtLeast($"{path}:{nameof(model.MaxOutputTokens)}", model.MaxOutputTokens, 1);
            PriceValidation.Validate($"{path}:{nameof(model.Price)}", model.Price, problems);
            if (model.PriceFactor < 0)
            {
                problems.Add($"{path}:{nameof(model.PriceFactor)}", model.PriceFactor, "a factor, 0 or more");
            }
        }
    }
}
